internal import Collectives
internal import LinearAlgebra

/// What fits under signs keep of a panel besides its own state.
///
/// Rows are addressed by their positions in the panel.
struct SignedState<S: Scalar & Transferable>: ~Copyable {
  /// What is forbidden whatever the signs.
  let structural: RowProjections<S>
  /// The projections onto the rows' faces.
  let faces: RowProjections<S>
  var rows: [Row]
  /// Directions before they were projected onto the signs; rows × unknowns.
  var unprojected: Matrix<S>

  /// The face of one row, and what its next direction follows from.
  struct Row {
    /// The weights that are forbidden whatever the signs.
    let forbidden: ForbiddenSet
    /// These and the weights that are fixed at zero.
    var face: ForbiddenSet
    /// `⟨g, z⟩` on the face.
    var square = 0.0
    /// The directions restart.
    var restarts = true
    /// No length was found along the last direction: the next is along the gradient.
    var wantsGradient = false

    init(forbidden: ForbiddenSet) {
      self.forbidden = forbidden
      face = forbidden
    }
  }

  init(
    _ structural: RowProjections<S>, _ panel: borrowing Panel<S>,
    form: borrowing MaskedPrimalForm<S>
  ) {
    self.structural = structural
    rows = panel.rows.map { Row(forbidden: form.forbidden(of: $0.neuron)) }
    faces = RowProjections(rows.map { form.projection(onto: $0.face.members, users: 1) })
    unprojected = Matrix(rows: rows.count, columns: form.unknowns)
  }

  /// Makes the face of a row the one on which the given weights are zero, and takes these out
  /// of its residual.
  mutating func fix(
    _ zeros: ForbiddenSet, row i: Int, in panel: inout Panel<S>,
    form: borrowing MaskedPrimalForm<S>
  ) {
    let position = panel.rows[i].position
    var face = rows[position].forbidden
    face.formUnion(zeros)
    if face != rows[position].face {
      rows[position].face = face
      faces.replace(
        at: position,
        by: form.projection(onto: face.members, users: 1 / Self.facesToExpect))
    }
    panel.residual.clear(row: i, at: zeros.members)
  }

  /// Faces that a row visits before it stays on that of the solution: a guess, by which the side
  /// of their factors is chosen.
  private static var facesToExpect: Double { 12 }
}
