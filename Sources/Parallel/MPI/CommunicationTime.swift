internal import Synchronization

/// The time that this process has spent inside MPI: its messages, and waiting for others.
///
/// What HDF5 and ScaLAPACK do by MPI of their own is not in it.
enum CommunicationTime {
  private static let nanoseconds = Atomic(0)

  /// Seconds since the process began.
  static var seconds: Double { Double(nanoseconds.load(ordering: .relaxed)) * 1e-9 }

  /// Adds what a call takes.
  static func measure(_ call: () -> CInt) -> CInt {
    let start = ContinuousClock.now
    let code = call()
    let elapsed = (ContinuousClock.now - start).components
    nanoseconds.wrappingAdd(
      Int(elapsed.seconds) * 1_000_000_000 + Int(elapsed.attoseconds / 1_000_000_000),
      ordering: .relaxed)
    return code
  }
}
