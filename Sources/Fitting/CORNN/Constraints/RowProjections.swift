internal import LinearAlgebra

/// The projections of a panel's rows, addressed by their positions in it.
final class RowProjections<S: Scalar> {
  /// The projection of each row.
  private(set) var projections: [MaskProjection]
  /// For rows that leave out their own regressor besides: which it is.
  private var ownRegressors: [Int?]
  private var own: SelfExclusion<S>?

  /// Rows with the same projection, and that projection.
  struct Group {
    let projection: MaskProjection
    var rows: [Int]
  }

  init(_ projections: [MaskProjection]) {
    self.projections = projections
    ownRegressors = [Int?](repeating: nil, count: projections.count)
  }

  /// Leaves out the own regressors that are given by steps of rank one, after the projections.
  func excludeOwn(_ regressors: [Int?], by steps: SelfExclusion<S>) {
    ownRegressors = regressors
    own = steps
  }

  func replace(at position: Int, by projection: MaskProjection) {
    projections[position] = projection
  }

  /// The own regressor that a row leaves out besides, with the step that does so.
  func ownExclusion(at position: Int) -> (regressor: Int, steps: SelfExclusion<S>)? {
    guard let own, let regressor = ownRegressors[position] else { return nil }
    return (regressor, own)
  }

  /// Clears what the row at `position` lacks, in row i of a matrix over regressors.
  func clear(_ matrix: inout Matrix<S>, row i: Int, position: Int) {
    matrix.clear(row: i, at: projections[position].forbidden)
    if let own = ownRegressors[position] { matrix[i, own] = 0 }
  }

  /// The rows at the given positions, those with the same projection together.
  func groups(positions: [Int]) -> [Group] {
    var groups: [Group] = []
    var places: [ObjectIdentifier: Int] = [:]
    for (row, position) in positions.enumerated() {
      let projection = projections[position]
      if let place = places[ObjectIdentifier(projection)] {
        groups[place].rows.append(row)
      } else {
        places[ObjectIdentifier(projection)] = groups.count
        groups.append(Group(projection: projection, rows: [row]))
      }
    }
    return groups
  }
}

extension RowProjections.Group {
  /// `source[rows, indices] B⁻¹` with B the factored matrix.
  func solved(_ source: borrowing Matrix<S>) -> Matrix<Double> {
    var values = source.selectedBlock(rows, projection.indices)
    projection.solve(&values)
    return values
  }

  /// `target[rows, indices] ← values`, and zero in the other columns.
  func scatter(_ values: consuming Matrix<Double>, into target: inout Matrix<S>) {
    for (r, i) in rows.enumerated() {
      target.scatter(values, r, at: projection.indices, intoRow: i)
    }
  }
}

extension Panel {
  /// The positions of the active rows.
  var activePositions: [Int] { rows[..<active].map(\.position) }
}
