internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import Wording

/// Finds the traces, the clock, the inputs and the trials of an HDF5 file.
func planHDF5(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  let catalog = try HDF5Catalog.open(request.path)
  let chosen = try choose(request, from: catalog)
  var tables = RecordingTables()
  var source: ClockSource?
  if let timestamps = request.timestamps ?? chosen.timestamps {
    tables.times = try catalog.vector(timestamps)
    source = try catalog.clockSource(timestamps, isNamed: request.timestamps != nil)
  }
  var plan = try place(chosen, request, catalog, timeCount: tables.times.count)
  if let rate = chosen.rate {
    plan.dt = 1 / rate
    if catalog.format == .caiman { plan.notes.append("\(rate) frames a second: /params/data/fr") }
  }
  if case .spikes(let trains) = plan.layout {
    plan.dt = trains.dt
    tables.times = trains.times
  } else if tables.times.isEmpty, let dt = request.dt ?? request.rate.map({ 1 / $0 }) ?? plan.dt,
    chosen.startingTime != 0
  {
    tables.times = (0..<plan.frames).map { chosen.startingTime + Double($0) * dt }
  }
  try plan.calibration.requireChannels(plan.neurons, of: "\(request.path): \(chosen.summary)")
  plan.labels = try labels(of: chosen, count: plan.neurons, in: catalog)
  if request.traces == nil {
    plan.notes += catalog.brokenLinks.prefix(5).map { "\($0), and is left out" }
  }
  if plan.neurons == chosen.regions?.rows.count { plan.regions = chosen.regions }
  if plan.neurons == chosen.marks?.isCell.count {
    try plan.keepCells(chosen.marks, request.cells)
  }
  plan.regionNames = try ownNames("/region", count: plan.neurons, in: catalog)
  try readOwnAttributes(&plan, &tables, catalog)
  try settleClock(&plan, &tables, request, from: source)
  try requireApart(request.inputs, chosen, request.timestamps ?? chosen.timestamps, catalog)
  (plan.inputNames, tables.inputs) = try inputs(
    request.inputs.isEmpty ? defaultInputs(catalog) : request.inputs, &plan, tables, catalog)
  if let trials = request.trials ?? defaultTrials(catalog, tables) {
    tables.trialStarts = try trialStarts(
      trials, &plan, times: tables.times, isAsked: request.trials != nil, catalog)
  }
  return (plan, tables)
}

/// The candidate that the request names, or the only one.
private func choose(
  _ request: RecordingRequest, from catalog: borrowing HDF5Catalog
) throws -> Candidate {
  guard let traces = request.traces else {
    guard catalog.format != .result else {
      throw RecordingError.badData("\(request.path): \(try catalog.ownResultInWords())")
    }
    let candidates = try catalog.candidates()
    let primary = candidates.filter(\.isPrimary)
    let likely = primary.isEmpty ? candidates : primary
    guard let first = likely.first else {
      if let link = catalog.brokenLinks.first {
        throw RecordingError.missing("\(request.path): no traces found, and \(link)")
      }
      throw RecordingError.badData("\(request.path): no traces found\(catalog.offers)")
    }
    guard likely.count == 1 else {
      throw RecordingError.usage(
        "\(request.path) holds several datasets that may be the traces; choose one by --traces:"
          + likely.prefix(20).map { "\n  \($0.summary)" }.joined())
    }
    return first
  }
  do {
    return try catalog.candidate(named: traces)
  } catch let error as HDF5Error {
    throw unreadable(request.path, error)
  }
}

extension HDF5Catalog {
  /// The candidate that `--traces` names: a dataset, a glob, or an NWB group.
  func candidate(named traces: String) throws -> Candidate {
    if traces.contains("*") || traces.contains("?") { return try glob(traces) }
    let path = traces.hasPrefix("/") ? traces : "/" + traces
    let known = try candidates()
    if let match = known.first(where: { $0.traces == path || $0.traces == path + "/data" }) {
      return match
    }
    if format == .nwb {
      let group = path.hasSuffix("/data") ? String(path.dropLast(5)) : path
      if has(group + "/data"), let series = try timeSeries(group, kind: .timeSeries) {
        return series
      }
    }
    _ = try open(path)
    return try candidate(path, kind: .dataset)
  }
}

/// Where the candidate's numbers are, and which dimension is time.
private func place(
  _ chosen: Candidate, _ request: RecordingRequest, _ catalog: borrowing HDF5Catalog,
  timeCount: Int
) throws -> RecordingPlan {
  var plan = RecordingPlan(
    path: request.path, format: catalog.format.rawValue, layout: .series(paths: chosen.series),
    calibration: chosen.calibration, units: chosen.units, neurons: chosen.series.count,
    frames: chosen.shape.last ?? 0, labels: [])
  guard chosen.series.isEmpty, let path = chosen.traces else { return plan }
  if chosen.kind == .spikeTrains {
    guard let bin = request.bin, bin > 0, bin.isFinite else {
      throw RecordingError.usage(
        "\(request.path): \(path) holds spike times: give --bin SECONDS, such as --bin 0.05")
    }
    let trains = try SpikeTrains(
      table: path, bin: bin, dt: request.dt ?? request.rate.map { 1 / $0 }, in: catalog)
    plan.layout = .spikes(trains)
    (plan.neurons, plan.frames) = (trains.ends.count, trains.frames)
    plan.calibration = Calibration()
    plan.notes.append("spikes counted in bins of \(plain(trains.dt)) s")
    return plan
  }
  let dataset = try catalog.numbers(path)
  if let note = try catalog.gapNote(of: dataset) { plan.notes.append(note) }
  if dataset.shape.count == 1 {
    plan.layout = .series(paths: [path])
    plan.neurons = 1
    plan.frames = dataset.shape[0]
    return plan
  }
  guard dataset.shape.count == 2 else {
    throw RecordingError.badData(
      "\(request.path): \(path) has shape \(dataset.shape), where (time, neuron) or"
        + " (neuron, time) is needed\(catalog.offers)")
  }
  guard dataset.shape.allSatisfy({ $0 < RecordingPlan.largestExtent }) else {
    throw RecordingError.badData(
      "\(request.path): \(path) has shape \(dataset.shape), more than a recording has")
  }
  let (axis, reason) = try timeAxis(
    of: dataset.shape, asked: request.timeAxis,
    known: chosen.timeAxis.map { ($0, chosen.timeAxisReason ?? "the format says so") },
    length: timeCount > 0 ? timeCount : nil, lists: chosen.neuronLists,
    name: "\(request.path): \(path)")
  plan.layout = .dataset(path: path, timeAxis: axis)
  plan.frames = dataset.shape[axis]
  plan.neurons = dataset.shape[1 - axis]
  plan.chunkHeight = dataset.storage.chunks?[axis]
  plan.notes.append("time is dimension \(axis): \(reason)")
  return plan
}

/// What a file of this program says about itself.
private func readOwnAttributes(
  _ plan: inout RecordingPlan, _ tables: inout RecordingTables, _ catalog: borrowing HDF5Catalog
) throws {
  guard catalog.format == .own else { return }
  func number(_ name: String) throws -> Double? {
    guard let value = try catalog.file.attribute(name)?.number, value.isFinite, value > 0 else {
      return nil
    }
    return value
  }
  do {
    plan.dt = try number("dt") ?? plan.dt
    plan.alpha = try number("alpha")
    plan.tau = try number("tau")
  } catch let error as HDF5Error {
    throw unreadable(plan.path, error)
  }
}

private func defaultInputs(_ catalog: borrowing HDF5Catalog) -> [String] {
  catalog.format == .own && catalog.has("/inputs") ? ["/inputs"] : []
}

private func defaultTrials(
  _ catalog: borrowing HDF5Catalog, _ tables: RecordingTables
) -> String? {
  switch catalog.format {
  case .own where catalog.has("/trial_start"): "/trial_start"
  case .nwb where catalog.has("/intervals/trials/start_time") && !tables.times.isEmpty:
    "/intervals/trials"
  default: nil
  }
}

/// The names of the neurons: the file's own, else their numbers.
private func labels(
  of chosen: Candidate, count: Int, in catalog: borrowing HDF5Catalog
) throws -> [String] {
  if let labels = chosen.labels, labels.count == count { return labels }
  return try ownNames("/neuron", count: count, in: catalog) ?? (0..<count).map(String.init)
}

/// The names at `path` in a file of this program; nil where there are none, or not one a neuron.
private func ownNames(
  _ path: String, count: Int, in catalog: borrowing HDF5Catalog
) throws -> [String]? {
  guard catalog.format == .own, case .string? = catalog.summary(of: path)?.type else { return nil }
  let names = try catalog.open(path).readStrings()
  return names.count == count ? names : nil
}

/// The part of a series' path that tells it from the others: "Activity_0007".
func seriesName(_ path: String) -> String {
  let parts = path.split(separator: "/")
  let name = parts.last == "data" ? parts.dropLast().last : parts.last
  return name.map(String.init) ?? path
}
