internal import LinearAlgebra

/// The projections of a panel's rows, addressed by where a row stood before any were
/// swapped.
final class PanelMask<S: Scalar> {
  /// The projection of each row.
  var projections: [MaskProjection]
  /// For rows that leave out their own regressor besides: which it is.
  var ownRegressors: [Int?]
  /// Its preconditioned unit vector (primal) or series (dual).
  var own: Matrix<S>
  /// The entry, or the quotient, by which the step of rank one divides.
  var ownQuotients: [Double]
  /// Whether the next image gives the ridge solution from which the iterations start.
  var isAtStart = false
  /// Room for one product: rows × regressors.
  var work: Matrix<S>
  /// In the dual form, for the way back: rows × samples.
  var back: Matrix<S>

  init(projections: [MaskProjection], unknowns: Int, regressors: Int, isDual: Bool = false) {
    let rows = projections.count
    self.projections = projections
    ownRegressors = [Int?](repeating: nil, count: rows)
    own = Matrix(rows: rows, columns: unknowns)
    ownQuotients = [Double](repeating: 1, count: rows)
    work = Matrix(rows: rows, columns: regressors)
    back = Matrix(rows: isDual ? rows : 0, columns: unknowns)
  }

  /// Clears what the row that stood at `position` lacks, in row i of a matrix over regressors.
  func clear(_ matrix: inout Matrix<S>, row i: Int, position: Int) {
    matrix.clear(row: i, at: projections[position].forbidden)
    if let own = ownRegressors[position] { matrix[i, own] = 0 }
  }

  /// The active rows, those with the same projection together.
  func groups(
    positions: [Int], active: Int
  ) -> [(projection: MaskProjection, rows: [Int])] {
    var groups: [(projection: MaskProjection, rows: [Int])] = []
    var places: [ObjectIdentifier: Int] = [:]
    for row in 0..<active {
      let projection = projections[positions[row]]
      if let place = places[ObjectIdentifier(projection)] {
        groups[place].rows.append(row)
      } else {
        places[ObjectIdentifier(projection)] = groups.count
        groups.append((projection, [row]))
      }
    }
    return groups
  }
}
