import Collectives
import Foundation
import LinearAlgebra
import Rivals
import TestSupport
import Testing

@Suite struct RecorderTests {
  /// Adds a constant to every weight; from an iteration on something else.
  private struct Drift: RivalMethod {
    var step = 1e-3
    var turn = Int.max
    var then = 0.0

    func improve(
      _ weights: inout Matrix<Double>, of problem: RivalProblem, recorder: MethodRecorder,
      group: borrowing some RankGroup & ~Copyable
    ) throws {
      while try recorder.goesOn(from: weights, on: group) {
        let change = recorder.iteration < turn ? step : then
        for i in 0..<weights.rows {
          for j in 0..<weights.columns { weights[i, j] += change }
        }
      }
    }
  }

  /// Each of the first iterations is measured, then fewer, the last one always.
  @Test func measuresLessAndLess() throws {
    let sample = try RivalSample(neurons: 4, frames: 40)
    let solution = try sample.solve(
      Drift(step: 0), sample.problem(), from: .ridge(margin: 1e-3), iterations: 1003)
    let measured = solution.log.points.map(\.iteration)
    #expect(measured.prefix(11) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    #expect(measured.last == 1003 && measured.count < 80)
    let seconds = solution.log.points.map(\.seconds)
    #expect(seconds == seconds.sorted())
  }

  /// The quality is that of formulas written out.
  @Test func qualityIsAsDefined() throws {
    let sample = try RivalSample(neurons: 5, frames: 60)
    let plain = PlainProblem(sample)
    let problem = try sample.problem()
    let weights = try MethodStart.random(scale: 1, seed: 1)
      .weights(of: problem, group: SingleRank())
    let found = try sample.meter(problem).measure(weights, on: SingleRank())
    let objective = (0..<5).reduce(0) { $0 + plain.objective($1, row(weights, $1)) }
    #expect(abs(found.objective - objective) < 1e-8 * objective)
    var (error, persistence) = (0.0, 0.0)
    // Frames 48 to 59 are held out.
    for i in 0..<5 {
      for t in 48..<59 {
        let s = (0..<5).reduce(weights[i, 5]) { $0 + weights[i, $1] * sample.rates[$1, t] }
        let (now, next) = (sample.rates[i, t], sample.rates[i, t + 1])
        let predicted = 0.9 * now + 0.1 * tanh(s)
        error += (predicted - next) * (predicted - next)
        persistence += (now - next) * (now - next)
      }
    }
    #expect(abs(found.error - error / persistence) < 1e-9)
    #expect(found.weightCorrelation.isNaN)
  }

  /// What runs away, or is no number any more, ends with the weights of the least objective.
  @Test(arguments: [1e3, Double.nan])
  func divergenceKeepsTheBest(then: Double) throws {
    let sample = try RivalSample(neurons: 4, frames: 40)
    let problem = try sample.problem()
    let start = try MethodStart.ridge(margin: 1e-3).weights(of: problem, group: SingleRank())
    let solution = try sample.solve(
      Drift(step: 0.5, turn: 2, then: then), problem, from: .ridge(margin: 1e-3), iterations: 9)
    #expect(solution.log.ending == .diverged(iteration: 3))
    for i in 0..<4 { #expect(row(solution.weights, i) == row(start, i)) }
  }

  /// A method ends once its weights are as close to the truth as was asked for, or on request.
  @Test func endsWhereAsked() throws {
    let sample = try RivalSample(neurons: 4, frames: 40)
    let problem = try sample.problem()
    let truth = Matrix<Double>(filling: 4) { Double($0) - 2 * Double($1) }
    let meter = QualityMeter(
      problem.whole, leaks: sample.leaks(4), configuration: sample.configuration,
      truth: TrueWeights(truth), threads: 1)
    func ending(_ limits: MethodRecorder.Limits, isAsked: @escaping () -> Bool = { false }) throws
      -> MethodEnding
    {
      try Drift().solve(
        problem, from: .random(scale: 1, seed: 1),
        recorder: MethodRecorder(meter, limits: limits, isAsked: isAsked), group: SingleRank()
      ).log.ending
    }
    #expect(try ending(.init(iterations: 5)) == .iterationLimit)
    #expect(try ending(.init(iterations: 5, correlation: -1)) == .reached)
    #expect(try ending(.init(iterations: 5), isAsked: { true }) == .stopped)
  }
}

extension Matrix<Double> {
  /// A square matrix by its entries.
  fileprivate init(filling order: Int, _ entry: (Int, Int) -> Double) {
    self.init(rows: order, columns: order)
    for i in 0..<order {
      for j in 0..<order { self[i, j] = entry(i, j) }
    }
  }
}
