/// The clock of a run on this rank, and what of the time it has spent inside MPI.
///
/// It starts when it is made: the start of MPI itself, which may take longer than a short run,
/// is in neither.
package struct RunClock: Sendable {
  package let start = ContinuousClock.now
  private let communicationBefore = CommunicationTime.seconds

  package init() {}

  /// Seconds up to now; `communication` is a part of `elapsed`.
  package var spent: (elapsed: Double, communication: Double) {
    let communication = CommunicationTime.seconds - communicationBefore
    return ((ContinuousClock.now - start) / .seconds(1), communication)
  }
}
