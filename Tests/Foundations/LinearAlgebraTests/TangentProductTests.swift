import Kernels
import LinearAlgebra
import Testing

/// Products of rows of tangents with numbers, some of which are zero, at every processor level and
/// in both precisions of their operands.
@Suite struct TangentProductTests {
  /// Rows of the first and second x, rows of the result, tangents.
  ///
  /// The last one takes several groups of columns.
  static let shapes = [
    (9, 0, 8, 16), (13, 6, 21, 40), (64, 3, 64, 80), (7, 0, 100, 16), (100, 0, 7, 33),
    (401, 229, 380, 17),
  ]

  /// Whether operands are to be rounded, and some factors to be zero.
  enum Kind: CaseIterable { case plain, rounded, roundedWithoutZeros }

  @Test(arguments: shapes, Kind.allCases)
  func productsAreThoseOfPlainLoops(shape: (Int, Int, Int, Int), kind: Kind) {
    let (first, second, rows, tangents) = shape
    let rounding = kind != .plain
    let trials = 3
    let width = TangentWidth(tangents)
    var plan = ArenaPlan()
    let inputs = [first, second].filter { $0 > 0 }.map { rows in
      Input(
        x: TangentSlot(
          offset: plan.reserve(rows: trials * rows, columns: width.stride).offset, trials: trials,
          rows: rows, width: width),
        p: plan.reserve(rows: rows, columns: shape.2),
        pairs: RoundedProducts.reservePairs(rows, shape.2, of: Float.self, in: &plan),
        d: plan.reserve(rows: trials, columns: rows))
    }
    let out = TangentSlot(
      offset: plan.reserve(rows: trials * rows, columns: width.stride).offset, trials: trials,
      rows: rows, width: width)
    let (f, e) = (
      plan.reserve(rows: trials, columns: rows), plan.reserve(rows: trials, columns: rows)
    )
    let mask = plan.reserve(rows: trials, columns: rows)
    let start = plan.reserve(rows: trials * rows, columns: width.stride)
    let work = plan.reserve(
      rows: 1, columns: Arena<Float>.tangentWork(columns: rows, rows: first + second))
    var arena = Arena<Float>(plan)
    var salt: UInt64 = 1
    for slot in inputs.map(\.d) + [f, e, mask] {
      fill(&arena, slot, &salt, zeros: kind != .roundedWithoutZeros)
    }
    for slot in inputs.map(\.p) + [start] { fill(&arena, slot, &salt) }
    for input in inputs {
      fill(
        &arena,
        Slot(offset: input.x.offset, rows: trials * input.x.rows, columns: width.stride), &salt)
    }
    for input in inputs {
      if let pairs = input.pairs { arena.pairParameter(input.p, into: pairs) }
    }
    let all = Slot(offset: out.offset, rows: trials * rows, columns: width.stride)

    var results: [[Float]] = []
    for level in [2, 3, 4] {
      arena.copy(start, to: all)
      let operands = inputs.map {
        TangentInput<Float>($0.x, by: RowNumbers($0.d), $0.p, pairs: $0.pairs, scale: 0.5)
      }
      withProcessorLevel(atMost: level) {
        _ = arena.multiplyTangents(
          operands[0], operands.dropFirst().first,
          base: TangentBase(out, by: RowNumbers(e), scale: 0.25), by: RowNumbers(f),
          where: RowNumbers(mask), into: out, work: work, rounding: rounding)
      }
      results.append(array(arena, all))
    }

    // Only where both sides have eight rows are operands rounded.
    let isRounded = rounding && first + second >= 8 && rows >= 8
    let (factors, weights) = (array(arena, f), array(arena, e))
    let (wanted, before) = (array(arena, mask), array(arena, start))
    var (worst, distance) = (0.0, 0.0)
    for t in 0..<trials {
      for j in 0..<rows {
        let place = t * rows + j
        for k in [0, 1, tangents / 2, width.tangents - 1] {
          let old = Double(before[place * width.stride + k])
          var (sum, exact) = (0.0, 0.0)
          for input in inputs {
            let (p, d) = (array(arena, input.p, column: j), array(arena, input.d.rows(t..<(t + 1))))
            let rows = Slot(
              offset: input.x.offset + t * input.x.rows * width.stride, rows: input.x.rows,
              columns: width.stride)
            for (l, x) in array(arena, rows, column: k).enumerated() {
              // Of rounded products the scale of a row goes with the tangents.
              let factor = Double(factors[place])
              sum += factor * nearest(p[l], isRounded) * nearest(0.5 * d[l] * x, isRounded)
              exact += factor * Double(p[l]) * Double(0.5 * d[l]) * Double(x)
            }
          }
          distance = max(distance, abs(sum - exact))
          let expected = wanted[place] == 0 ? old : sum + 0.25 * Double(weights[place]) * old
          for found in results {
            worst = max(worst, abs(Double(found[place * width.stride + k]) - expected))
          }
        }
      }
    }
    // Sums of up to 630 numbers below 1 in single precision; those of bfloat16 are further away.
    #expect(worst < 2e-5, "\(worst)")
    #expect(isRounded == (distance > 2e-4), "\(distance)")
    // With fused multiply-adds the order of sums is the same on all kernels.
    #expect(results[1] == results[2])
  }

  @Test(arguments: [(8, 8, 16), (13, 21, 33), (64, 30, 48), (9, 8, 70)])
  func directionsAreThoseOfPlainLoops(shape: (inputs: Int, rows: Int, tangents: Int)) {
    let (inputs, rows) = (shape.inputs, shape.rows)
    let trials = 11
    let width = TangentWidth(shape.tangents)
    var plan = ArenaPlan()
    let x = plan.reserve(rows: trials, columns: inputs)
    let v = plan.reserve(rows: rows * inputs, columns: width.tangents)
    let pairs = plan.reserve(
      rows: RoundedProducts.pairs(rows, inputs), columns: width.tangents)
    let f = plan.reserve(rows: trials, columns: rows)
    let out = TangentSlot(
      offset: plan.reserve(rows: trials * rows, columns: width.stride).offset, trials: trials,
      rows: rows, width: width)
    let work = plan.reserve(
      rows: 1, columns: Arena<Float>.directionWork(trials: trials, inputs: inputs))
    var arena = Arena<Float>(plan)
    var salt: UInt64 = 9
    fill(&arena, x, &salt)
    fill(&arena, v, &salt)
    fill(&arena, f, &salt, zeros: true)
    let before = array(arena, v)
    arena.pairDirections(v, inputs: inputs, into: pairs)
    let all = Slot(offset: out.offset, rows: trials * rows, columns: width.stride)
    #expect(array(arena, v).map(Double.init) == before.map { nearest($0, true) })

    var results: [[Float]] = []
    for level in [2, 3, 4] {
      arena.clear(all)
      withProcessorLevel(atMost: level) {
        _ = arena.addDirections(
          x, v, pairs: pairs, scale: 0.5, by: RowNumbers(f), where: nil, into: out, work: work)
      }
      results.append(array(arena, all))
    }
    let (numbers, factors) = (array(arena, x), array(arena, f))
    var worst = 0.0
    for t in 0..<trials {
      for j in 0..<rows {
        for k in [0, 1, width.tangents - 1] {
          let sum = (0..<inputs).reduce(0.0) { sum, i in
            sum + nearest(numbers[t * inputs + i], true)
              * nearest(before[(j * inputs + i) * width.tangents + k], true)
          }
          let expected = 0.5 * Double(factors[t * rows + j]) * sum
          for found in results {
            worst = max(worst, abs(Double(found[(t * rows + j) * width.stride + k]) - expected))
          }
        }
      }
    }
    #expect(worst < 1e-5, "\(worst)")
    #expect(results[1] == results[2])
  }

  private struct Input {
    let x: TangentSlot
    let p: Slot
    let pairs: Slot?
    let d: Slot
  }

  private func array(_ arena: borrowing Arena<Float>, _ slot: Slot) -> [Float] {
    let numbers = arena.elements(slot)
    return numbers.indices.map { numbers[$0] }
  }

  private func array(_ arena: borrowing Arena<Float>, _ slot: Slot, column: Int) -> [Float] {
    let numbers = arena.elements(slot)
    return (0..<slot.rows).map { numbers[$0 * slot.columns + column] }
  }

  /// Numbers of -1 to 1, and zeros for a third of them if asked for.
  private func fill(
    _ arena: inout Arena<Float>, _ slot: Slot, _ salt: inout UInt64, zeros: Bool = false
  ) {
    var numbers = arena.mutableElements(slot)
    for i in 0..<numbers.count {
      salt = salt &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Float(Int32(truncatingIfNeeded: salt >> 32)) / 2_147_483_648
      numbers[i] = zeros && (salt >> 40) % 3 == 0 ? 0 : value
    }
  }

  /// The nearest number of 8 bits, ties to even, by arithmetic alone.
  private func nearest(_ x: Float, _ isRounded: Bool) -> Double {
    guard isRounded, x != 0 else { return Double(x) }
    let unit = Double(x.ulp) * 65536
    return (Double(x) / unit).rounded(.toNearestOrEven) * unit
  }
}
