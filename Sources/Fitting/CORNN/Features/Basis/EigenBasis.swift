internal import Collectives
internal import LinearAlgebra

/// The leading eigenvectors of a Gram matrix G, once a node.
final class EigenBasis {
  /// U, order × count; orthonormal columns.
  let vectors: NodeShared<Double>
  /// Their eigenvalues g, descending.
  let values: [Double]
  /// `g^½`.
  let roots: [Double]

  var count: Int { values.count }

  /// Those eigenvectors that a ridge does not dwarf: what is left, `G − U g Uᵀ`, has no diagonal
  /// entry above `neglected · ridge`, and nothing is left where most are kept anyway.
  ///
  /// Nil where so many are kept of so large a matrix that finding them would take longer than
  /// they save.
  /// - Complexity: `n r²` flops and about `9 r³`, or `9 n³` where most are kept, on one rank a
  ///   node.
  /// - Collective: every rank of `group` must call it.
  init?(
    _ gram: borrowing NodeShared<Double>, ridge: Double, limits: EigenLimits = .usual,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let order = gram.matrix.rows
    let basis =
      gram.nodeRank == 0
      ? LeadingEigen(of: gram.matrix, ridge: ridge, limits)
      : LeadingEigen(vectors: Matrix([]), values: [])
    // Every node finds the same.
    let count = try group.maximum(basis.values.count)
    guard count > 0 else { return nil }
    var vectors = try group.allocateOnNode(rows: order, columns: count, of: Double.self)
    var values = try group.allocateOnNode(rows: 1, columns: count, of: Double.self)
    if gram.nodeRank == 0 {
      vectors.matrix.round(basis.vectors, rows: 0..<order)
      values.matrix.round(Matrix([basis.values]), rows: 0..<1)
    }
    try vectors.synchronize()
    try values.synchronize()
    self.vectors = vectors
    self.values = (0..<count).map { values.matrix[0, $0] }
    roots = self.values.map { $0.squareRoot() }
  }
}

/// Eigenvectors, in columns, and their eigenvalues.
private struct LeadingEigen: ~Copyable {
  let vectors: Matrix<Double>
  let values: [Double]

  /// Diagonal entries of what is neglected, over the ridge: the solution in what is kept then is
  /// within an iteration of that of the whole (measured: a residual of 1.2e-4 where 1e-4 was
  /// reached).
  private static var neglected: Double { 3e-3 }

  init(vectors: consuming Matrix<Double>, values: [Double]) {
    self.vectors = vectors
    self.values = values
  }

  /// Empty where there are more than are worth their price.
  ///
  /// - Complexity: where it is empty, mostly `limits.most³` flops at most and no copy of the whole.
  init(of gram: borrowing Matrix<Double>, ridge: Double, _ limits: EigenLimits) {
    let order = gram.rows
    let stretch = Array(limits.stretch(of: order))
    if stretch.count < order {
      let part = pivotedCholesky(
        gram.selectedBlock(stretch, stretch), tolerance: Self.neglected * ridge)
      let expected = (part.columns * order + stretch.count - 1) / stretch.count
      guard limits.kept(of: order, rank: expected) != nil else {
        self.init(vectors: Matrix([]), values: [])
        return
      }
    }
    let factor = pivotedCholesky(gram, tolerance: Self.neglected * ridge)
    switch limits.kept(of: order, rank: factor.columns) {
    case nil: self.init(vectors: Matrix([]), values: [])
    case order?: self.init(whole: gram.copy())
    default: self.init(squareOf: factor)
    }
  }

  /// All eigenvectors whose eigenvalues are more than rounding.
  private init(whole gram: consuming Matrix<Double>) {
    let order = gram.rows
    let eigen = SymmetricEigen(gram)
    let rounding = Double(order) * Double.ulpOfOne * (eigen.values.last ?? 0)
    let kept = (0..<order).reversed().filter { eigen.values[$0] > rounding }
    self.init(
      vectors: eigen.vectors.selectedRows(kept).view.transposed.copy(),
      values: kept.map { eigen.values[$0] })
  }

  /// Those of `L Lᵀ`.
  private init(squareOf factor: borrowing Matrix<Double>) {
    var inner = Matrix<Double>(rows: factor.columns, columns: factor.columns)
    var target = inner.mutableView
    symmetricRankUpdate(factor.view.transposed, into: &target)
    let small = LeadingEigen(whole: inner)
    var vectors = product(factor, small.vectors)
    // Rounding left columns that are orthogonal only to 1e-16 times the ratio of the largest to
    // the smallest eigenvalue.
    vectors.orthonormaliseColumns(values: small.values)
    self.init(vectors: vectors, values: small.values)
  }
}

extension Matrix where S == Double {
  /// Makes columns orthonormal that nearly are but for their lengths, the roots of `values`.
  fileprivate mutating func orthonormaliseColumns(values: [Double]) {
    for i in 0..<rows {
      var row = mutableRow(i)
      for j in 0..<row.count { row[j] /= values[j].squareRoot() }
    }
    var products = Matrix(rows: columns, columns: columns)
    var target = products.mutableView
    symmetricRankUpdate(view.transposed, into: &target)
    do {
      let factor = try Cholesky(products)
      var all = mutableView
      factor.halfSolveFromRight(&all)
    } catch {
      preconditionFailure("eigenvectors that depend on each other: \(error)")
    }
  }
}
