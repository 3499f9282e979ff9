package import LinearAlgebra

/// An element that can travel between ranks: `Float`, `Double`, `Int`, `UInt8`.
package protocol Transferable: BitwiseCopyable, Sendable, Comparable {
  /// How the element is laid out, for the communication library.
  static var transferKind: TransferKind { get }

  /// Zero.
  init()
}

/// The element layouts that travel between ranks.
package enum TransferKind: Sendable {
  case float32, float64, int64, uint8
}

extension Float: Transferable {
  package static var transferKind: TransferKind { .float32 }
}
extension Double: Transferable {
  package static var transferKind: TransferKind { .float64 }
}
extension Int: Transferable {
  package static var transferKind: TransferKind { .int64 }
}
extension UInt8: Transferable {
  package static var transferKind: TransferKind { .uint8 }
}

/// The ranks that run one job together, as an algorithm sees them.
///
/// Algorithms take `borrowing some RankGroup & ~Copyable`, so the same code runs on
/// MPI ranks, and as `SingleRank` in a unit test without a launcher.
///
/// Every method is collective: all ranks of the group call it, in the same order,
/// with the same shapes unless said otherwise. Counts are `Int` and may pass 2³¹.
/// Sums are taken in a fixed order on a given number of ranks.
package protocol RankGroup: ~Copyable {
  /// This rank, from 0.
  var rank: Int { get }

  /// How many ranks the group has.
  var size: Int { get }

  /// Replaces each value by its sum over ranks. C: `MPI_Allreduce`.
  func sum<T: Transferable>(_ values: inout MutableSpan<T>) throws

  /// Replaces each value by its maximum over ranks. C: `MPI_Allreduce`.
  func maximum<T: Transferable>(_ values: inout MutableSpan<T>) throws

  /// Replaces the values on every rank by those of `root`. C: `MPI_Bcast`.
  func broadcast<T: Transferable>(_ values: inout MutableSpan<T>, from root: Int) throws

  /// Concatenates the ranks' parts in rank order, on every rank.
  ///
  /// `counts[r]` is the length of rank r's part; `whole` has their sum.
  /// C: `MPI_Allgatherv`.
  func gather<T: Transferable>(
    _ part: Span<T>, into whole: inout MutableSpan<T>, counts: [Int]) throws

  /// Starts an all-to-all: block r of `outgoing` goes to rank r, the block from rank r
  /// arrives as block r of `incoming`. The buffers belong to the exchange until it is
  /// finished. Like `MPI_Ialltoallv`, without its 32-bit displacements.
  func beginExchange<S: Scalar>(
    _ outgoing: consuming Matrix<S>, sendCounts: [Int],
    into incoming: consuming Matrix<S>, receiveCounts: [Int]
  ) throws -> Exchange<S>

  /// The sub-group of the ranks that give the same `color`, in rank order.
  /// C: `MPI_Comm_split`.
  func split(color: Int) throws -> Self

  /// A rows×columns matrix that exists once a node and that its ranks share.
  /// C: `MPI_Win_allocate_shared`.
  func allocateOnNode<S: Scalar>(rows: Int, columns: Int, of: S.Type) throws -> NodeShared<S>

  /// `inverse ← (A + ridge I)⁻¹` on each node, for a symmetric A that each node has; shared
  /// by the ranks where A is large enough (see `BlockCyclic`).
  ///
  /// `inverse` is zero before, and stays so if the matrix is not positive definite. The same
  /// number of ranks gives the same bits. C: `pdpotrf`, `pdpotri` of ScaLAPACK.
  func invertPositiveDefinite<S: Scalar & Transferable>(
    _ a: borrowing NodeShared<Double>, ridge: Double, into inverse: inout NodeShared<S>
  ) throws -> Inversion
}

extension RankGroup where Self: ~Copyable {
  /// The sum of one value over ranks (collective).
  package func sum<T: Transferable>(_ value: T) throws -> T {
    var values = [value]
    try sum(&values)
    return values[0]
  }

  /// The rows of every rank's matrix in rank order, `rows` in all, on every rank (collective).
  package func gatherRows<S: Scalar & Transferable>(
    _ own: borrowing Matrix<S>, rows: Int
  ) throws -> Matrix<S> {
    let counts = try gather(own.rows * own.columns)
    var whole = Matrix<S>(rows: rows, columns: own.columns)
    var target = whole.mutableElements
    try gather(own.elements, into: &target, counts: counts)
    return whole
  }

  /// Replaces each entry by its sum over ranks (collective).
  package func sum<T: Transferable>(_ values: inout [T]) throws {
    var span = values.mutableSpan
    try sum(&span)
  }

  /// Replaces each entry by its sum over ranks (collective).
  package func sum<S: Scalar & Transferable>(_ matrix: inout Matrix<S>) throws {
    var span = matrix.mutableElements
    try sum(&span)
  }

  /// The maximum of one value over ranks (collective).
  package func maximum<T: Transferable>(_ value: T) throws -> T {
    var values = [value]
    try maximum(&values)
    return values[0]
  }

  /// Replaces each entry by its maximum over ranks (collective).
  package func maximum<T: Transferable>(_ values: inout [T]) throws {
    var span = values.mutableSpan
    try maximum(&span)
  }

  /// The value that `root` has (collective).
  package func broadcast<T: Transferable>(_ value: T, from root: Int = 0) throws -> T {
    var values = [value]
    try broadcast(&values, from: root)
    return values[0]
  }

  /// Replaces the entries by those of `root`; equal lengths on all ranks (collective).
  package func broadcast<T: Transferable>(_ values: inout [T], from root: Int = 0) throws {
    var span = values.mutableSpan
    try broadcast(&span, from: root)
  }

  /// The string that `root` has (collective).
  package func broadcast(_ text: String, from root: Int = 0) throws -> String {
    var bytes = Array(text.utf8)
    let count = try broadcast(bytes.count, from: root)
    if rank != root { bytes = [UInt8](repeating: 0, count: count) }
    try broadcast(&bytes, from: root)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// One value from each rank, in rank order, on every rank (collective).
  package func gather<T: Transferable>(_ value: T) throws -> [T] {
    try gather([value])
  }

  /// The ranks' arrays, which may differ in length, one after the other (collective).
  package func gather<T: Transferable>(_ part: [T]) throws -> [T] {
    var counts = [Int](repeating: 0, count: size)
    counts[rank] = part.count
    try sum(&counts)
    var whole = [T](repeating: T(), count: counts.reduce(0, +))
    var span = whole.mutableSpan
    try gather(part.span, into: &span, counts: counts)
    return whole
  }

  /// Waits for all ranks (collective).
  package func barrier() throws {
    _ = try sum(0)
  }
}
