internal import Collectives
internal import LinearAlgebra

/// The normal equations of the linear model, in the regressors or, where there are fewer
/// transitions than these, in the transitions.
final class LinearSystem<S: Scalar & Transferable> {
  let observed: ObservedRates<S>
  /// The transitions it is trained on, as the frames they start from.
  let frames: [Int]
  let isDual: Bool
  /// What each regressor is multiplied with, which brings inputs to unit root mean square.
  private let scales: [Double]
  /// ΦΦᵀ, or ΦᵀΦ in the dual.
  private let gram: Matrix<Double>
  /// Frames without a gap between them, in order.
  private let runs: [Range<Int>]

  /// - Collective: every rank of `group` must call it.
  init(_ observed: ObservedRates<S>, group: borrowing some RankGroup & ~Copyable) throws {
    self.observed = observed
    let frames = observed.transitions(in: observed.fittedFrames)
    let scales = Self.scales(of: observed, frames: frames)
    let isDual = frames.count < scales.count
    self.frames = frames
    self.scales = scales
    self.isDual = isDual
    runs = Self.runs(of: frames)
    var gram: Matrix<Double>
    if isDual {
      gram = Matrix(rows: frames.count, columns: frames.count)
      let own = Partition(of: frames.count, among: group.size).range(of: group.rank)
      for part in Self.blocks(frames[own]) {
        let phi = Self.scaled(observed.regressors(at: part), scales)
        let rows = Self.features(of: phi, observed, runs, scales)
        for k in 0..<part.count {
          for t in 0..<frames.count { gram[part.startIndex + k, t] = rows[t, k] }
        }
      }
    } else {
      let own = Partition(of: frames.count, among: group.size).range(of: group.rank)
      gram = Self.products(observed, scales, frames[own])
    }
    try group.sum(&gram)
    self.gram = gram
  }

  /// Frames handled at a time: bounds the memory beside the system.
  private static var blockLength: Int { 512 }

  private static func blocks(_ frames: ArraySlice<Int>) -> [ArraySlice<Int>] {
    stride(from: frames.startIndex, to: frames.endIndex, by: blockLength).map {
      frames[$0..<min($0 + blockLength, frames.endIndex)]
    }
  }

  private static func runs(of frames: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for t in frames {
      if let last = runs.last, last.upperBound == t {
        runs[runs.count - 1] = last.lowerBound..<(t + 1)
      } else {
        runs.append(t..<(t + 1))
      }
    }
    return runs
  }

  private static func scales(of observed: ObservedRates<S>, frames: [Int]) -> [Double] {
    var scales = [Double](repeating: 1, count: observed.regressorCount)
    for k in 0..<observed.inputs.rows {
      let squares = frames.reduce(0.0) { sum, t in
        let value = Double(observed.inputs[k, t])
        return sum + value * value
      }
      let size = (squares / Double(max(1, frames.count))).squareRoot()
      scales[observed.neurons + k] = size > 0 ? 1 / size : 0
    }
    return scales
  }

  private static func scaled(
    _ regressors: borrowing Matrix<S>, _ scales: [Double]
  ) -> Matrix<Double> {
    var block = regressors.converted(to: Double.self)
    for (i, scale) in scales.enumerated() where scale != 1 { block.scaleRow(i, by: scale) }
    return block
  }

  /// ΦΦᵀ over some frames.
  private static func products(
    _ observed: ObservedRates<S>, _ scales: [Double], _ frames: ArraySlice<Int>
  ) -> Matrix<Double> {
    var gram = Matrix<Double>(rows: scales.count, columns: scales.count)
    for part in blocks(frames) {
      let phi = scaled(observed.regressors(at: part), scales)
      var target = gram.mutableView
      symmetricRankUpdate(phi.view, into: &target, keep: 1)
    }
    return gram
  }

  /// `Φᵀ φ` for scaled regressors × columns: transitions × columns.
  ///
  /// The rates are multiplied where they lie, without a copy of Φ.
  private static func features(
    of phi: borrowing Matrix<Double>, _ observed: ObservedRates<S>, _ runs: [Range<Int>],
    _ scales: [Double]
  ) -> Matrix<Double> {
    let neurons = observed.neurons
    let inputs = observed.inputs.rows
    var result = Matrix<Double>(rows: runs.reduce(0) { $0 + $1.count }, columns: phi.columns)
    let states = phi.view.rows(0..<neurons).copy().converted(to: S.self)
    var first = 0
    for run in runs {
      setProduct(&result, first, transposing: observed.rates.matrix, run, states)
      for (offset, t) in run.enumerated() {
        for c in 0..<phi.columns {
          var rest = phi[neurons + inputs, c]
          for k in 0..<inputs {
            rest += Double(observed.inputs[k, t]) * scales[neurons + k] * phi[neurons + k, c]
          }
          result[first + offset, c] += rest
        }
      }
      first += run.count
    }
    return result
  }

  /// What the coefficients are multiplied with: the scaled regressors, or in the dual their
  /// products with those of the fitted transitions.
  func features(of regressors: borrowing Matrix<S>) -> Matrix<Double> {
    let phi = Self.scaled(regressors, scales)
    return isDual ? Self.features(of: phi, observed, runs, scales) : phi
  }

  private func increments(_ neurons: [Int], _ frames: ArraySlice<Int>) -> Matrix<Double> {
    Evaluation.increments(of: observed.rates.matrix, neurons, at: frames)
  }

  /// Y Φᵀ of some neurons over some frames.
  private func rightHandSide(_ neurons: [Int], _ frames: ArraySlice<Int>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: neurons.count, columns: scales.count)
    for part in Self.blocks(frames) {
      let phi = Self.scaled(observed.regressors(at: part), scales)
      let y = increments(neurons, part)
      var whole = result.mutableView
      multiply(y.view, phi.view.transposed, into: &whole, keep: 1)
    }
    return result
  }

  /// The coefficients of some neurons, trained on all transitions.
  func solve(neurons: [Int], ridge: Double) throws -> Matrix<Double> {
    var result =
      isDual ? increments(neurons, frames[...]) : rightHandSide(neurons, frames[...])
    var system = gram.copy()
    for i in 0..<system.rows { system[i, i] += ridge * Double(frames.count) }
    let factor = try Cholesky(system)
    var target = result.mutableView
    factor.solveFromRight(&target)
    return result
  }
}

// MARK: - Choosing the ridge

extension LinearSystem {
  /// Contiguous blocks of the transitions, each once the validation part.
  private static var folds: Int { 4 }
  /// Frames left out on each side of it.
  private static var gap: Int { 5 }
  /// Neurons whose errors decide.
  private static var judges: Int { 128 }
  /// Ridges per transition that are tried first.
  private static var decades: [Double] { [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10] }

  /// The ridge with the least one-step error on held-out blocks of the fitted frames, to
  /// half a decade.
  ///
  /// - Collective: every rank of `group` must call it.
  func chooseRidge(group: borrowing some RankGroup & ~Copyable) throws -> Double {
    guard frames.count >= 4 * Self.folds else { return 1 }
    let scored = try group.gather(observed.isScored.map { $0 ? UInt8(1) : 0 })
    let candidates = scored.indices.filter { scored[$0] == 1 }
    let count = min(Self.judges, candidates.count)
    let neurons = (0..<count).map { candidates[$0 * candidates.count / count] }
    var tried = try errors(neurons, Self.decades, group: group)
    if let best = tried.min(by: { $0.value < $1.value })?.key {
      let more = try errors(neurons, [best * 3, best / 3], group: group)
      tried.merge(more) { own, _ in own }
    }
    return tried.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 1
  }

  /// The squared errors on held-out blocks by ridge.
  private func errors(
    _ neurons: [Int], _ ridges: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double: Double] {
    var sums = [Double](repeating: 0, count: ridges.count)
    // The dual has its right-hand side in the increments themselves.
    let right = isDual ? Matrix(rows: 0, columns: 0) : rightHandSide(neurons, frames[...])
    let jobs = Partition(of: Self.folds * ridges.count, among: group.size)
      .range(of: group.rank)
    try group.agree {
      for number in 0..<Self.folds {
        let own = jobs.clamped(to: (number * ridges.count)..<((number + 1) * ridges.count))
        guard !own.isEmpty else { continue }
        let fold = fold(number, neurons, right)
        for job in own {
          sums[job % ridges.count] += try fold.error(ridge: ridges[job % ridges.count])
        }
      }
    }
    try group.sum(&sums)
    return Dictionary(uniqueKeysWithValues: zip(ridges, sums))
  }

  /// The equations without a block of transitions and the gaps beside it.
  ///
  /// `whole` is the right-hand side of all transitions.
  private func fold(
    _ number: Int, _ neurons: [Int], _ whole: borrowing Matrix<Double>
  ) -> LinearFold {
    let block = Partition(of: frames.count, among: Self.folds).range(of: number)
    let near = (frames[block.lowerBound] - Self.gap)...(frames[block.upperBound - 1] + Self.gap)
    let excluded = frames.indices.filter { near.contains(frames[$0]) }
    let truth = increments(neurons, frames[block])
    let training = frames.count - excluded.count
    guard isDual else {
      let left = excluded.map { frames[$0] }[...]
      var system = gram.copy()
      let products = Self.products(observed, scales, left)
      for i in 0..<system.rows { system.add(-1, products, i, toRow: i) }
      var right = whole.copy()
      let minus = rightHandSide(neurons, left)
      for i in 0..<right.rows { right.add(-1, minus, i, toRow: i) }
      return LinearFold(
        system: system, right: right,
        features: Self.scaled(observed.regressors(at: frames[block]), scales), truth: truth,
        training: training)
    }
    let kept = frames.indices.filter { !near.contains(frames[$0]) }
    var system = Matrix<Double>(rows: kept.count, columns: kept.count)
    var features = Matrix<Double>(rows: kept.count, columns: block.count)
    for (i, p) in kept.enumerated() {
      for (j, q) in kept.enumerated() { system[i, j] = gram[p, q] }
      for (j, q) in block.enumerated() { features[i, j] = gram[p, q] }
    }
    return LinearFold(
      system: system, right: increments(neurons, kept.map { frames[$0] }[...]),
      features: features, truth: truth, training: training)
  }
}

/// `result[first...] ← a[:, columns]ᵀ b`, in float64.
private func setProduct<S: Scalar>(
  _ result: inout Matrix<Double>, _ first: Int, transposing a: borrowing Matrix<S>,
  _ columns: Range<Int>, _ b: borrowing Matrix<S>
) {
  var whole = result.mutableView
  var rows = whole.rows(first..<(first + columns.count))
  multiplyWidening(a.view.columns(columns).transposed, b.view, into: &rows)
}

/// The equations of one fold and what they are to predict.
private struct LinearFold: ~Copyable {
  let system: Matrix<Double>
  let right: Matrix<Double>
  let features: Matrix<Double>
  let truth: Matrix<Double>
  let training: Int

  /// The squared error on the held-out block.
  func error(ridge: Double) throws -> Double {
    var damped = system.copy()
    for i in 0..<damped.rows { damped[i, i] += ridge * Double(max(1, training)) }
    let factor = try Cholesky(damped)
    var coefficients = right.copy()
    var target = coefficients.mutableView
    factor.solveFromRight(&target)
    let predicted = product(coefficients, features)
    var sum = 0.0
    for i in 0..<predicted.rows {
      for k in 0..<predicted.columns {
        let difference = predicted[i, k] - truth[i, k]
        sum += difference * difference
      }
    }
    return sum
  }
}
