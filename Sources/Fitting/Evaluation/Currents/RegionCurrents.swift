package import Collectives
package import LinearAlgebra
package import Networks

/// The currents that regions send each other, over time.
///
/// The current onto region A from region B is `J_AB[t] = W_AB r_B[t]`, a vector over the cells of A
/// (current-based decomposition). Of each pair, at each frame without a missing rate:
/// - the mean over cells, in which currents of either sign cancel;
/// - the root mean square over cells, how strong the current is;
/// - the leading principal component over time of what varies, `uᵀ(J[t] − J̄) / √n_A` with u the unit
///   vector over cells that carries most of the variance, its entries of positive sum: its square is
///   the mean square over cells of that part.
///
/// Neither W nor the currents of all cells are ever whole: cells are this rank's, frames come in
/// blocks, and u is found by power iteration on products with W and the rates.
///
/// Reference: Perich et al. (2020), bioRxiv 2020.12.18.423348.
package struct RegionCurrents: Sendable {
  /// Names in order; the region of each neuron by place.
  package let names: [String]
  package let regions: [Int]
  /// Frames of the recording.
  package let frames: Int
  /// (target × source) × frames; NaN where a rate is missing.
  package private(set) var mean: [Double]
  package private(set) var rootMeanSquare: [Double]
  package private(set) var component: [Double]
  /// Target × source: the mean over cells of the variance over time.
  package private(set) var variance: [Double]
  /// Target × source: the share of the variance that the leading component carries.
  package private(set) var componentShare: [Double]

  /// Numbers that the traces of a pair of regions may have together: a gibibyte of them.
  package static var mostNumbers: Int { 1 << 27 }

  /// Numbers of the traces of so many regions and frames.
  package static func numbers(regions: Int, frames: Int) -> Int { 3 * regions * regions * frames }

  /// The currents of a network, `labels` having the region of each of all neurons.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: `2 N T` flops a neuron of this rank, and as many for each iteration of the leading
  ///   components over their cells and frames; 3 numbers a pair of regions and frame, and a copy of
  ///   this rank's weights from a region.
  /// - Collective: every rank of `group` must call it.
  package init<S: Scalar & Transferable>(
    of network: borrowing RateNetwork<S>, on observed: ObservedRates<S>, regions labels: [String],
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let names = Set(labels).sorted()
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let regions = labels.map { places[$0] ?? 0 }
    let frames = observed.frames
    let count = names.count
    self.names = names
    self.regions = regions
    self.frames = frames
    mean = [Double](repeating: 0, count: count * count * frames)
    rootMeanSquare = mean
    component = [Double](repeating: .nan, count: mean.count)
    variance = [Double](repeating: 0, count: count * count)
    componentShare = variance
    let sizes = names.indices.map { place in Double(regions.count { $0 == place }) }
    let own = Array(regions[observed.local])
    let present = (0..<frames).filter { observed.isComplete[$0] }
    for source in names.indices {
      let senders = regions.indices.filter { regions[$0] == source }
      let weights = network.weights.selectedColumns(senders).converted(to: Double.self)
      let rates = CentredRates(observed, senders, at: present)
      add(weights, rates, own: own, sizes: sizes, source: source)
      try addComponents(
        weights, rates, own: own, source: source, first: observed.local.lowerBound,
        sizes: sizes, group: group)
    }
    try group.sum(&mean)
    try group.sum(&rootMeanSquare)
    try group.sum(&variance)
    for k in rootMeanSquare.indices { rootMeanSquare[k] = rootMeanSquare[k].squareRoot() }
    for pair in variance.indices where variance[pair] > 0 { componentShare[pair] /= variance[pair] }
    for t in 0..<frames where !observed.isComplete[t] {
      for pair in variance.indices {
        mean[pair * frames + t] = .nan
        rootMeanSquare[pair * frames + t] = .nan
      }
    }
  }

  /// Means and mean squares over this rank's cells, and their variances.
  private mutating func add(
    _ weights: borrowing Matrix<Double>, _ rates: borrowing CentredRates, own: [Int],
    sizes: [Double], source: Int
  ) {
    for start in stride(from: 0, to: rates.frames.count, by: framesAtOnce) {
      let block = start..<min(start + framesAtOnce, rates.frames.count)
      let varying = product(weights.view, rates.values.view.columns(block))
      let constant = product(weights.view, rates.means.view)
      for (i, target) in own.enumerated() {
        let pair = target * names.count + source
        let row = varying.row(i)
        var squares = 0.0
        for k in block {
          let change = row[k - block.lowerBound]
          let current = change + constant[i, 0]
          let place = pair * frames + rates.frames[k]
          mean[place] += current / sizes[target]
          rootMeanSquare[place] += current * current / sizes[target]
          squares += change * change
        }
        variance[pair] += squares / Double(rates.frames.count) / sizes[target]
      }
    }
  }
}

extension RegionCurrents {
  /// Iterations of the leading components at most, and the relative change of their variance below
  /// which they have settled.
  private static var iterations: Int { 200 }
  private static var settled: Double { 1e-8 }

  /// The leading component of the currents from one region onto each.
  ///
  /// Power iteration on `W C Wᵀ`, C the covariance of the senders' rates: three products and three
  /// sums over ranks an iteration, for all targets at once.
  private mutating func addComponents(
    _ weights: borrowing Matrix<Double>, _ rates: borrowing CentredRates, own: [Int], source: Int,
    first: Int, sizes: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws {
    let count = names.count
    // A start that no rank count changes, and that is orthogonal to nothing by design.
    var direction = own.indices.map { i in
      (Double(first + i + 1) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1) - 0.5
    }
    var traces = Matrix<Double>(rows: count, columns: rates.frames.count)
    var before = [Double](repeating: 0, count: count)
    for _ in 0..<Self.iterations {
      try normalise(&direction, own, group: group)
      // Row A: Wᵀ u of the cells of A.
      var loadings = Matrix<Double>(rows: count, columns: weights.columns)
      for (i, target) in own.enumerated() {
        loadings.add(direction[i], weights, i, toRow: target)
      }
      try group.sum(&loadings)
      traces = product(loadings, rates.values)
      let power = (0..<count).map { traces.dot($0, traces, $0) / Double(rates.frames.count) }
      // On unequal processors ranks may differ in the last bit, and leave together all the same.
      let hasSettled = try group.broadcast(
        zip(power, before).allSatisfy { abs($0 - $1) <= Self.settled * $0 } ? 1 : 0)
      before = power
      if hasSettled == 1 { break }
      let images = product(traces, rates.values, transposingB: true)
      direction = own.indices.map { weights.dot($0, images, own[$0]) }
    }
    var sums = [Double](repeating: 0, count: count)
    for (i, target) in own.enumerated() { sums[target] += direction[i] }
    try group.sum(&sums)
    for target in 0..<count {
      let pair = target * count + source
      componentShare[pair] = before[target] / sizes[target]
      let scale = (sums[target] < 0 ? -1 : 1) / sizes[target].squareRoot()
      for (k, t) in rates.frames.enumerated() {
        component[pair * frames + t] = scale * traces[target, k]
      }
    }
  }

  /// Makes the entries of each region a unit vector over all ranks; zero stays zero.
  private func normalise(
    _ direction: inout [Double], _ own: [Int], group: borrowing some RankGroup & ~Copyable
  ) throws {
    var squares = [Double](repeating: 0, count: names.count)
    for (i, target) in own.enumerated() { squares[target] += direction[i] * direction[i] }
    try group.sum(&squares)
    for (i, target) in own.enumerated() where squares[target] > 0 {
      direction[i] /= squares[target].squareRoot()
    }
  }
}

/// The rates of some neurons at some frames, free of their means.
private struct CentredRates: ~Copyable {
  /// Frames of the recording.
  let frames: [Int]
  /// Senders × frames.
  var values: Matrix<Double>
  /// Senders × 1.
  var means: Matrix<Double>

  init<S: Scalar>(_ observed: ObservedRates<S>, _ senders: [Int], at frames: [Int]) {
    self.frames = frames
    values = observed.rates.matrix.selectedBlock(senders, frames)
    means = Matrix(rows: senders.count, columns: 1)
    for j in senders.indices {
      var sum = 0.0
      for k in frames.indices { sum += values[j, k] }
      let mean = sum / Double(max(1, frames.count))
      means[j, 0] = mean
      for k in frames.indices { values[j, k] -= mean }
    }
  }
}
