internal import Collectives
internal import Differentiation
internal import Glibc
internal import LinearAlgebra
internal import SOFO

// The tangent phase by itself: GFLOP/s against the GEMM peak, tile by tile, and how the
// cost of an iteration grows with T, K and n. Times are CPU seconds of this process, so a
// busy machine disturbs them less; each figure is the best of three runs.
//
//   swift run -c release TangentBenchmark [rates|tiles|scaling]

/// CPU seconds of this process.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The least CPU time of three runs.
func best(_ body: () -> Void) -> Double {
  (0..<3).map { _ in
    let start = processorTime()
    body()
    return processorTime() - start
  }.min() ?? 0
}

/// GFLOP/s of one thread on a product of 768³.
func gemmPeak() -> Double {
  let n = 768
  let a = Matrix<Float>(rows: n, columns: n)
  let b = Matrix<Float>(rows: n, columns: n)
  let seconds = best { _ = product(a.view, b.view) }
  return 2 * Double(n * n * n) / seconds / 1e9
}

/// A network to time.
struct Case {
  var name: String
  var hidden: Int
  var tangents: Int
  var batch: Int
  var steps: Int
  var kind = TangentKind.gaussian
  var isPublishedLorenz = false

  /// The vanilla network of 2 inputs and outputs, or the published Lorenz cell.
  var program: Program {
    let r = Recorder()
    if isPublishedLorenz {
      let l = r.parameter("Wl", 3, 3, .normal(deviation: 0.3))
      let c = r.parameter("C", 3, hidden, .normal(deviation: 0.3))
      let w = r.parameter("Wh", hidden, 3, .normal(deviation: 0.02))
      let b = r.parameter("b", 1, 3, .zeros)
      let o = r.parameter("Wout", 3, 3, .normal(deviation: 0.3))
      let h = r.state(startingAt: r.trialInput("start", width: 3))
      let next = h * l + relu(h * c) * w + b
      r.advance(h, to: next)
      r.squaredError(relu(next) * o, r.input("target", width: 3))
    } else {
      let scale = 1 / Double(hidden).squareRoot()
      let w = r.parameter("W", hidden, hidden, .normal(deviation: scale))
      let u = r.parameter("U", 2, hidden, .normal(deviation: 0.7))
      let b = r.parameter("b", 1, hidden, .zeros)
      let o = r.parameter("O", hidden, 2, .normal(deviation: scale))
      let h = r.state(startingAt: r.trialInput("start", width: hidden))
      let next = tanh(h * w + r.input("x", width: 2) * u + b)
      r.advance(h, to: next)
      r.squaredError(next * o, r.input("target", width: 2))
    }
    return r.finish()
  }

  /// Flops of a step with its tangents: 2 B K (through the network + along directions).
  func flops(_ program: Program) -> Double {
    var perRow = 0.0
    for case .linear(let out, let terms) in program.step {
      for case .product(let x, let p, _) in terms {
        let shape = program.parameters[p.index]
        let size = Double(program.width(x) * program.width(out))
        let isOuter = kind == .rankOne && shape.rows > 1 && shape.columns > 1
        perRow += 2 * size
        perRow += isOuter ? 2 * Double(shape.rows + shape.columns) : 2 * size
      }
    }
    return perRow * Double(batch * tangents)
  }

  /// Seconds of a step with all tangents, and GFLOP/s.
  func measure(tileBytes: Int) -> (seconds: Double, rate: Double) {
    let program = program
    let plan = DirectionPlan(program, kind: kind, count: tangents)
    let (blocks, identifiers) = plan.blocks(of: 0..<tangents)
    var machine = TangentMachine<Float>(
      program, rows: batch, blocks: blocks,
      tile: .fitting(
        program, trials: batch, tangents: tangents, bytes: tileBytes, of: Float.self))
    var directions = Directions<Float>(program, identifiers: identifiers, seed: 1)
    directions.draw(
      iteration: 0, shapedBy: InputWhitening(program, ridge: 0, rows: 0), into: &machine)
    var trials = Trials<Float>(of: program, count: batch, batch: batch, steps: steps)
    for c in trials.channels.indices {
      for i in trials.channels[c].indices { trials.channels[c][i] = Float(i % 17) / 17 - 0.5 }
    }
    machine.load(parameters: program.initialParameters(seed: 1))
    let seconds =
      best {
        machine.start(trials)
        for first in stride(from: 0, to: steps, by: machine.stepsTogether) {
          _ = machine.run(first..<min(first + machine.stepsTogether, steps), trials)
        }
      } / Double(steps)
    return (seconds, flops(program) / seconds / 1e9)
  }
}

/// A number with so many decimals, right-aligned.
func text(_ value: Double, _ decimals: Int = 2, width: Int = 9) -> String {
  let scale = pow(10, Double(decimals))
  let rounded = "\((value * scale).rounded() / scale)"
  return String(repeating: " ", count: max(0, width - rounded.count)) + rounded
}

let cases = [
  Case(
    name: "published Lorenz cell", hidden: 400, tangents: 128, batch: 256, steps: 4,
    isPublishedLorenz: true),
  Case(name: "vanilla n=64", hidden: 64, tangents: 128, batch: 64, steps: 16),
  Case(name: "vanilla n=128", hidden: 128, tangents: 64, batch: 64, steps: 16),
  Case(
    name: "vanilla n=128 rank-one", hidden: 128, tangents: 64, batch: 64, steps: 16, kind: .rankOne),
  Case(name: "vanilla n=400", hidden: 400, tangents: 32, batch: 128, steps: 2),
]

BLAS.setThreads(1)
print("BLAS kernels: \(BLAS.kernelFamily), one thread, float")
switch CommandLine.arguments.dropFirst().first ?? "rates" {
case "tiles":
  for one in [cases[0], cases[2], cases[4]] {
    print("\(one.name): kB a tile, ms a step, GFLOP/s")
    for kilobytes in [16, 32, 64, 128, 256, 384, 768, 1536, 6144, 1 << 20] {
      let (seconds, rate) = one.measure(tileBytes: kilobytes << 10)
      print(text(Double(kilobytes), 0), text(seconds * 1e3), text(rate, 1))
    }
  }
case "scaling":
  print("name K n: ms a step")
  for k in [16, 32, 64, 128, 256] {
    var one = cases[2]
    one.tangents = k
    print("K =", k, text(one.measure(tileBytes: 384 << 10).seconds * 1e3))
  }
  for n in [32, 64, 128, 256, 512] {
    var one = cases[2]
    one.hidden = n
    one.steps = 4
    print("n =", n, text(one.measure(tileBytes: 384 << 10).seconds * 1e3))
  }
  for steps in [8, 32, 128] {
    var one = cases[2]
    one.steps = steps
    print("T =", steps, text(one.measure(tileBytes: 384 << 10).seconds * 1e3 * Double(steps)))
  }
default:
  print("case: ms a step, GFLOP/s, share of the GEMM peak measured beside it")
  for one in cases {
    let (seconds, rate) = one.measure(tileBytes: 384 << 10)
    let peak = gemmPeak()
    print(text(seconds * 1e3), text(rate, 1), text(rate / peak), "of", text(peak, 0), one.name)
  }
}
