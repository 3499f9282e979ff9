internal import Collectives
internal import Differentiation
internal import LinearAlgebra
internal import RandomNumbers

extension SubspaceOptimizer where Group: ~Copyable {
  /// `M = V′V` of all directions, in the order of the sketch's rows (collective).
  ///
  /// Every rank regenerates all K directions on its share of the parameters' rows, so
  /// nothing of size K×P is stored or sent; one all-reduce of K² + K numbers.
  /// - Complexity: K·P/p normal numbers and K²·P/p flops.
  mutating func gramMatrix(iteration: Int) throws -> Matrix<Double> {
    let k = configuration.tangents
    var gram = Matrix<Double>(rows: k, columns: k)
    for (index, parameter) in program.parameters.enumerated() where !parameter.isFixed {
      let moving = (0..<k).filter { plan.moves(order[$0], ParameterID(index: index)) }
      guard !moving.isEmpty else { continue }
      let streams = moving.map {
        RandomStream(
          seed: configuration.seed, purpose: .tangents, k: order[$0], iteration: iteration)
      }
      switch configuration.kind.form(of: parameter) {
      case .dense: addDense(parameter, streams, moving, to: &gram)
      case .rankOne:
        // Two small products: one rank does a tensor.
        if index % ranks.world.size == ranks.world.rank {
          addOuter(parameter, streams, moving, to: &gram)
        }
      }
    }
    try ranks.world.sum(&gram)
    // The directions were divided by their lengths, which are on the diagonal here.
    let lengths = (0..<k).map { gram[$0, $0].squareRoot() }
    for i in 0..<k {
      for j in 0..<k { gram[i, j] /= lengths[i] * lengths[j] }
    }
    return gram
  }

  /// Adds `Σ_p v_k[p] v_l[p]` over this rank's part of a dense tensor.
  private func addDense(
    _ parameter: Parameter, _ streams: [RandomStream], _ moving: [Int],
    to gram: inout Matrix<Double>
  ) {
    let share = Partition(of: parameter.count, among: ranks.world.size)
      .range(of: ranks.world.rank)
    // Pieces of 4096 numbers keep K rows small.
    var first = share.lowerBound
    while first < share.upperBound {
      let count = min(4096, share.upperBound - first)
      var rows = Matrix<Double>(rows: streams.count, columns: count)
      var view = rows.mutableView
      for (i, stream) in streams.enumerated() {
        var row = view.row(i)
        stream.fillNormal(&row, startingAt: parameter.range.lowerBound + first)
      }
      let products = product(rows.view, rows.view.transposed)
      for (i, a) in moving.enumerated() {
        for (j, b) in moving.enumerated() { gram[a, b] += products[i, j] }
      }
      first += count
    }
  }

  /// Adds `(a_k′a_l)(b_k′b_l)` of a tensor whose directions are outer products.
  private func addOuter(
    _ parameter: Parameter, _ streams: [RandomStream], _ moving: [Int],
    to gram: inout Matrix<Double>
  ) {
    var a = Matrix<Double>(rows: streams.count, columns: parameter.rows)
    var b = Matrix<Double>(rows: streams.count, columns: parameter.columns)
    var viewA = a.mutableView
    var viewB = b.mutableView
    for (i, stream) in streams.enumerated() {
      var row = viewA.row(i)
      stream.fillNormal(&row, startingAt: parameter.range.lowerBound)
      var other = viewB.row(i)
      stream.fillNormal(&other, startingAt: parameter.range.lowerBound + parameter.rows)
    }
    let left = product(a.view, a.view.transposed)
    let right = product(b.view, b.view.transposed)
    for (i, k) in moving.enumerated() {
      for (j, l) in moving.enumerated() { gram[k, l] += left[i, j] * right[i, j] }
    }
  }
}
