internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings
internal import Reports
internal import Results

/// What a page about a model needs beyond the file's short variables.
struct FitMeasurements {
  var weights: WeightSummary
  /// The regions in the picture's order, with the share of the side at which each begins;
  /// none where the model has no regions.
  var regions: [(name: String, neurons: Int)] = []
  var spectrum: Spectrum?
  var traces: ReportTraces?
  /// Why there are no traces.
  var tracesProblem: String?
  /// What a reader should know of the recording whose traces these are.
  var notes: [String] = []
}

/// One run of `ganglion report` on a model, in its precision.
struct ReportRun<S: Scalar & Transferable & Storable> {
  let command: ReportCommand
  let model: ModelFile
  /// On rank 0 only.
  let contents: ResultContents?

  /// Most pixels a side of the picture of W.
  private static var mostPixels: Int { 480 }

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let threads = try command.common.startThreads(on: world)
    var scores: ResultContents?
    try world.agreeOnRoot {
      guard let path = command.scores else { return }
      scores = try ResultContents(path)
      // `evaluate` says which model it scored: by its bytes, so a copy of it is as good.
      guard scores?.settings["command"] as? String == "evaluate" else {
        throw RecordingError.badData(
          "\(path): not of `ganglion evaluate -o`, whose scores a page can show")
      }
      guard try scores?.text("input_sha256") == FileDigest.sha256(of: command.result) else {
        throw RecordingError.badData(
          "\(path): scores of another model (\(scores?.text("input_file") ?? "unnamed")) than"
            + " \(command.result), or of what it was before it was fitted anew: run ganglion"
            + " evaluate \(command.result) -o SCORES")
      }
    }
    let local = Partition(of: model.neurons, among: world.size).range(of: world.rank)
    let network: RateNetwork<S> = try model.readNetwork(local, on: world)
    let order = try RegionOrder(of: model.neurons, contents?.strings("region"), on: world)
    var measured = FitMeasurements(
      weights: try WeightSummary(
        of: network, place: order.place, region: order.region, regions: order.names.count,
        most: Self.mostPixels, group: world))
    measured.regions = order.isGiven ? zip(order.names, order.counts).map { ($0, $1) } : []
    measured.spectrum = try network.spectrum(
      limit: command.eigenLimit ?? ReportCommand.usualEigenLimit, threads: threads, group: world)
    try predict(network, threads: threads, into: &measured, on: world)
    try world.agreeOnRoot {
      guard let contents else { return }
      let page = FitPage(model: contents, scores: scores, measured: measured)
      try writeWhole(page.page.text, to: command.output)
    }
  }

  /// The traces; a page without them is still a page, so a recording that was not named and
  /// has gone is no error.
  private func predict(
    _ network: borrowing RateNetwork<S>, threads: Int, into measured: inout FitMeasurements,
    on world: borrowing Communicator
  ) throws {
    let paths = command.recording.map { [$0] } ?? model.fittedRecordings
    guard !paths.isEmpty else {
      measured.tracesProblem = "The model does not say which recording it was fitted to."
      return
    }
    let path = paths.joined(separator: ", ")
    let isThere = try world.broadcast(
      paths.allSatisfy { FileManager.default.fileExists(atPath: $0) } ? 1 : 0)
    guard command.recording != nil || isThere == 1 else {
      try command.source.refuse(because: "the recording \(path) is not where it was")
      measured.tracesProblem =
        "The recording \(path) is not where it was; name it with --recording to see traces."
      return
    }
    let opened = try model.openRecording(paths, command.source, command.match, on: world)
    let recording = opened.recording
    measured.notes = opened.notes
    let chosen = try typicalNeurons(on: world)
    measured.traces = try ReportTraces(
      of: chosen, network: network, model: model, recording: recording, threads: threads,
      on: world)
    if measured.traces == nil {
      measured.tracesProblem = "No two frames of the recording follow each other."
    }
  }

  /// The neurons of the best, the median and the worst skill; without skill the first ones.
  private func typicalNeurons(on world: borrowing Communicator) throws -> [Int] {
    var chosen: [Int] = []
    if let skill = contents?.vector("score/skill") {
      let order = skill.indices.filter { skill[$0].isFinite }.sorted { skill[$0] > skill[$1] }
      if !order.isEmpty { chosen = [order[0], order[order.count / 2], order[order.count - 1]] }
    }
    if chosen.isEmpty { chosen = [0, model.neurons / 2, model.neurons - 1] }
    var distinct: [Int] = []
    for neuron in chosen where !distinct.contains(neuron) { distinct.append(neuron) }
    var count = [distinct.count]
    try world.broadcast(&count)
    distinct += [Int](repeating: 0, count: max(0, count[0] - distinct.count))
    var neurons = Array(distinct.prefix(count[0]))
    try world.broadcast(&neurons)
    return neurons
  }
}

/// Where each neuron stands in a picture of W: by region, then as recorded.
private struct RegionOrder {
  let isGiven: Bool
  let names: [String]
  let counts: [Int]
  /// The region of each neuron, as an index into the names.
  let region: [Int]
  let place: [Int]

  /// `regions` are those that rank 0 knows.
  ///
  /// - Collective: every rank of `world` must call it.
  init(of neurons: Int, _ regions: [String]?, on world: borrowing Communicator) throws {
    let text = try world.broadcast(regions?.joined(separator: "\u{1F}") ?? "\u{1E}")
    isGiven = text != "\u{1E}"
    let all = isGiven ? text.components(separatedBy: "\u{1F}") : []
    names = isGiven ? Set(all).sorted() : ["all"]
    let number = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    let region = isGiven ? all.map { number[$0] ?? 0 } : [Int](repeating: 0, count: neurons)
    self.region = region
    counts = names.indices.map { name in region.count { $0 == name } }
    let order = (0..<neurons).sorted { (region[$0], $0) < (region[$1], $1) }
    var place = [Int](repeating: 0, count: neurons)
    for (position, neuron) in order.enumerated() { place[neuron] = position }
    self.place = place
  }
}
