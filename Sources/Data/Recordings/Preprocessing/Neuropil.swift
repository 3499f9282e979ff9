internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra

/// What `--neuropil` asks for: a share of the signal around each neuron is subtracted.
package struct NeuropilRequest: Equatable, Sendable {
  /// The dataset or glob in the same file, or a file beside one that holds nothing else; nil
  /// where the file says which one it is.
  package var path: String?
  package var share: Double

  /// What Suite2p and most others subtract.
  package static let usualShare = 0.7

  package init(path: String? = nil, share: Double = usualShare) {
    self.path = path
    self.share = share
  }
}

/// Traces of which a share is subtracted from those of the neurons, one for one.
struct Neuropil: Codable, Sendable {
  let traces: StoredTraces
  let share: Double

  /// - Throws: on every rank alike if any rank could not read its part.
  /// - Collective: every rank of `group` must call it.
  func subtract<S: Scalar & Storable>(
    from series: inout Matrix<S>, _ neurons: Range<Int>,
    on group: borrowing some RankGroup & ~Copyable
  ) throws {
    let around: Matrix<S> = try traces.read(neurons, on: group)
    subtract(around, from: &series)
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func subtract<S: Scalar>(_ around: borrowing Matrix<S>, from series: inout Matrix<S>) {
    let other = around.elements
    var values = series.mutableElements
    for i in values.indices { values[i] -= S(share) * other[i] }
  }
}

/// Finds the neuropil that a request asks for, of as many neurons and frames as its traces.
///
/// - Throws: `RecordingError`: 64 if nothing says where it is, 65 if it is of another shape;
///   what finding traces throws.
func neuropil(
  _ wanted: NeuropilRequest, of request: RecordingRequest, in source: SourceKind,
  beside plan: RecordingPlan
) throws -> Neuropil {
  var other = request
  other.neuropil = nil
  other.inputs = []
  other.trials = nil
  switch source {
  case .hdf5: other.traces = try wanted.path ?? ownNeuropil(of: request)
  case .suite2p: other.traces = wanted.path ?? "Fneu"
  case .npy, .frames, .json, .text:
    guard let path = wanted.path else { throw unnamed(request, "a file of its traces") }
    other.path = path
  }
  let found = try planTraces(other, in: SourceKind(of: other.path)).plan
  let name = wanted.path ?? other.traces ?? other.path
  let traces = plan.stored
  let around = try matched(found, to: plan, name)
  guard (around.neurons, around.frames) == (traces.neurons, traces.frames) else {
    throw RecordingError.badData(
      "\(request.path): the neuropil \(name) has \(around.frames) frames of \(around.neurons)"
        + " neurons, and the traces have \(traces.frames) of \(traces.neurons)")
  }
  guard around.path != traces.path || around.layout != traces.layout else {
    throw RecordingError.usage("\(request.path): --neuropil \(name) names the traces themselves")
  }
  return Neuropil(traces: around, share: wanted.share)
}

/// The neuropil of each of the plan's neurons: by the region that both are of, where the file
/// tells; else by position.
private func matched(
  _ found: RecordingPlan, to plan: RecordingPlan, _ name: String
) throws -> StoredTraces {
  if let wanted = plan.regions, let there = found.regions, wanted.table == there.table {
    let places = Dictionary(zip(there.rows, there.rows.indices), uniquingKeysWith: { a, _ in a })
    return found.stored.picking(
      try wanted.rows.enumerated().map { neuron, row in
        // Rows that repeat are told apart by their position alone.
        if there.rows.indices.contains(neuron), there.rows[neuron] == row { return neuron }
        guard let place = places[row] else {
          throw RecordingError.badData(
            "\(plan.path): the neuropil \(name) has no series of the region \(row), neuron"
              + " \(plan.labels[neuron])")
        }
        return place
      })
  }
  if found.kept == nil, let kept = plan.kept, (kept.last ?? 0) < found.neurons,
    found.neurons > plan.neurons
  {
    return found.stored.picking(kept)
  }
  return found.stored
}

/// The only series of an HDF5 file that is named neuropil.
private func ownNeuropil(of request: RecordingRequest) throws -> String {
  let named = try HDF5Catalog.open(request.path).candidates().compactMap(\.traces)
    .filter { $0.lowercased().contains("neuropil") && $0 != request.traces }
  guard named.count == 1 else {
    throw unnamed(request, named.isEmpty ? "a dataset" : "one of " + named.joined(separator: ", "))
  }
  return named[0]
}

private func unnamed(_ request: RecordingRequest, _ what: String) -> RecordingError {
  .usage(
    "\(request.path) does not say where its neuropil is: give --neuropil PATH, \(what), and"
      + " the share by --neuropil-share")
}
