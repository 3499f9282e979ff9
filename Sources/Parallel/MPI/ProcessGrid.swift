internal import CMPI
internal import CMPIShims
internal import CScaLAPACK
internal import Collectives
internal import LinearAlgebra

/// Some ranks of a communicator as the rectangle on which ScaLAPACK works; it owns the
/// context of BLACS and the communicator below it.
struct ProcessGrid: ~Copyable {
  /// Whether the program was built with ScaLAPACK.
  static var isAvailable: Bool { cscalapack_is_linked() != 0 }

  let layout: BlockCyclic
  /// This rank's place, (0, 0) if it has none.
  let row: Int
  let column: Int
  /// False for the ranks that the grid leaves over.
  let isMember: Bool

  private let context: CInt
  private let system: CInt
  private let handle: MPI_Comm

  /// Some of `communicator`'s `size` ranks, spread evenly: each node has its part of the
  /// work and of the messages (collective over all ranks).
  init(_ layout: BlockCyclic, of communicator: MPI_Comm, size: Int) throws {
    var copy = cmpi_comm_null()
    try check("MPI_Comm_dup", MPI_Comm_dup(communicator, &copy))
    let handle = created(copy, by: "MPI_Comm_dup")
    // BLACS looks at no return code: a failure it does not see would spoil the numbers.
    try check(
      "MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(handle, cmpi_errors_are_fatal()))
    system = Csys2blacs_handle(handle)
    var context = system
    var ranks = (0..<layout.ranks).map { CInt($0 * size / layout.ranks) }
    Cblacs_gridmap(
      &context, &ranks, CInt(layout.rows), CInt(layout.rows), CInt(layout.columns))
    var (rows, columns, row, column): (CInt, CInt, CInt, CInt) = (0, 0, -1, -1)
    if context >= 0 {
      Cblacs_gridinfo(context, &rows, &columns, &row, &column)
      var yes: CInt = 1
      Cblacs_set(context, CInt(CSCALAPACK_REPEATABLE), &yes)
    }
    self.layout = layout
    self.handle = handle
    self.context = context
    isMember = context >= 0
    self.row = Int(max(0, row))
    self.column = Int(max(0, column))
  }

  deinit {
    guard !isMPIFinalized() else { return }
    if context >= 0 { Cblacs_gridexit(context) }
    Cfree_blacs_system_handle(system)
    cmpi_comm_free(handle)
  }

  /// Replaces this rank's blocks of a symmetric matrix by those of its inverse: of both, the
  /// lower triangle.
  ///
  /// ScaLAPACK counts columns first: its upper triangle is our lower one, and the rows of
  /// `blocks` are dealt over the columns of the grid.
  ///
  /// - Returns: false if the matrix is not positive definite.
  /// - Collective: every member of the grid must call it.
  func invert(_ blocks: inout Matrix<Double>) -> Bool {
    let order = CInt(layout.order)
    var description = [CInt](repeating: 0, count: 9)
    let invalid = cscalapack_describe(
      &description, order, CInt(BlockCyclic.block), context, CInt(max(1, blocks.columns)))
    precondition(invalid == 0, "descinit rejects its argument \(-invalid)")
    var elements = blocks.mutableElements
    return elements.withUnsafeMutableBufferPointer { buffer in
      // A rank without a block has no address, and none is read.
      var nothing = 0.0
      return withUnsafeMutablePointer(to: &nothing) { nothing in
        let base = buffer.baseAddress ?? nothing
        return cscalapack_potrf(order, base, description) == 0
          && cscalapack_potri(order, base, description) == 0
      }
    }
  }
}
