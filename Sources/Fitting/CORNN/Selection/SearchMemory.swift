internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// The folds of a cross-validation that are done: what a checkpoint keeps of it.
///
/// A search that is begun again with it goes through the same steps, and does only those
/// folds that are not in it.
package final class SearchMemory {
  /// One fold of a set of candidates, summed over the neurons of all ranks.
  package struct Entry: Codable, Sendable {
    let trial: Trial
    let fold: Int
    /// By loss.
    let tallies: [Tally]
    /// How many of the ridges were tried.
    let tried: Int
  }

  /// Candidates that are tried together.
  package struct Trial: Codable, Equatable, Sendable {
    let losses: [PointwiseLoss]
    let alphas: [Double]
    /// Descending.
    var lambdas: [Double]
    let round: SearchRound
    /// What became of targets beyond ±1.
    let targets: TargetRange
  }

  /// What was tried so far, in the order in which it was.
  package private(set) var entries: [Entry]
  private let request: @Sendable () -> WorkRequest
  private let progress: (_ done: Int) -> Void

  /// `request` asks a rank to synchronise with the others, or to stop; `progress` is told how many folds are
  /// done.
  package init(
    _ entries: [Entry] = [], request: @escaping @Sendable () -> WorkRequest = { .goOn },
    progress: @escaping (_ done: Int) -> Void = { _ in }
  ) {
    self.entries = entries
    self.request = request
    self.progress = progress
  }

  /// Whether this rank was asked to stop; the fold in work is then given up.
  var isAbandoned: @Sendable () -> Bool {
    let request = request
    return { request() == .stop }
  }

  /// What was found in a fold if it is done.
  func recall(_ trial: Trial, fold: Int) -> Entry? {
    entries.first { $0.trial == trial && $0.fold == fold }
  }

  /// Takes in a fold.
  ///
  /// - Throws: `SearchPaused` on every rank if any rank is asked to.
  /// - Collective: every rank of `group` must call it.
  func add(_ entry: Entry, group: borrowing some RankGroup & ~Copyable) throws {
    entries.append(entry)
    progress(entries.count)
    if try group.maximum(request() == .goOn ? 0 : 1) == 1 { throw SearchPaused() }
  }
}

/// A search was left to keep what is done, on all ranks alike; begin it again to go on.
package struct SearchPaused: Error {}
