internal import Foundation
internal import LinearAlgebra

/// Finds the traces of a NumPy file; it holds nothing else.
func planNPY(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  let file = try NPYFile(request.path)
  try requireNoPaths(request, in: "a NumPy file")
  guard file.shape.count == 2 else {
    throw RecordingError.badData(
      "\(request.path) has shape \(file.shape), where (time, neuron) or (neuron, time) is needed")
  }
  let (axis, reason) = try timeAxis(
    of: file.shape, asked: request.timeAxis, known: suite2pAxis(request.path), length: nil,
    name: request.path)
  var plan = RecordingPlan(
    path: request.path, format: "NPY",
    layout: .npy(NPYTraces(file: request.path, timeAxis: axis)),
    neurons: file.shape[1 - axis], frames: file.shape[axis],
    labels: (0..<file.shape[1 - axis]).map(String.init),
    notes: ["time is dimension \(axis): \(reason)"])
  try keepCellsBeside(&plan, request.cells)
  var tables = RecordingTables()
  try settleClock(&plan, &tables, request)
  return (plan, tables)
}

/// The axis of a file that Suite2p wrote, known by the file of its cells beside it.
func suite2pAxis(_ path: String) -> (axis: Int, reason: String)? {
  let cells = URL(fileURLWithPath: path).deletingLastPathComponent()
    .appendingPathComponent("iscell.npy").path
  guard FileManager.default.fileExists(atPath: cells) else { return nil }
  return (1, "Suite2p writes (ROI, time)")
}

/// Finds the traces of a Suite2p folder: `F.npy`, or what `--traces` names, of the ROIs
/// that `iscell.npy` says are cells.
func planSuite2p(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  try requireNoPaths(request, in: "a Suite2p folder", exceptTraces: true)
  let name = request.traces ?? "F"
  let path = request.path + "/" + name + (name.hasSuffix(".npy") ? "" : ".npy")
  guard FileManager.default.fileExists(atPath: path) else {
    throw RecordingError.missing(
      "\(request.path): a Suite2p folder without \(name).npy; it may hold F, Fneu and spks")
  }
  let file = try NPYFile(path)
  guard file.shape.count == 2 else {
    throw RecordingError.badData("\(path) has shape \(file.shape), where (ROI, time) is needed")
  }
  var plan = RecordingPlan(
    path: request.path, format: "Suite2p", layout: .npy(NPYTraces(file: path, timeAxis: 1)),
    neurons: file.shape[0], frames: file.shape[1],
    labels: (0..<file.shape[0]).map(String.init))
  try plan.keepCells(suite2pCells(request.path, count: file.shape[0]), request.cells)
  var tables = RecordingTables()
  try settleClock(&plan, &tables, request)
  return (plan, tables)
}

/// Finds the traces of a JSON file of nested lists.
func planJSON(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  let lists = try NestedLists(request.path)
  try requireNoPaths(request, in: "a JSON file")
  let shape = [lists.rows.count, lists.rows[0].count]
  let (axis, reason) = try timeAxis(
    of: shape, asked: request.timeAxis,
    known: lists.times.map { _ in (0, "each list stands beside its time") }, length: nil,
    name: request.path)
  var plan = RecordingPlan(
    path: request.path, format: "JSON", layout: .nested(file: request.path, timeAxis: axis),
    neurons: shape[1 - axis], frames: shape[axis],
    labels: (0..<shape[1 - axis]).map(String.init),
    notes: ["time is dimension \(axis): \(reason)"])
  var tables = RecordingTables()
  if axis == 0, let times = lists.times { tables.times = times }
  try settleClock(
    &plan, &tables, request,
    from: ClockSource(name: "the first number of each list", unit: nil, isNamed: false))
  return (plan, tables)
}

/// Refuses flags that name datasets, where there are none to name.
func requireNoPaths(
  _ request: RecordingRequest, in kind: String, exceptTraces: Bool = false
) throws {
  let named = [
    ("--traces", exceptTraces ? nil : request.traces), ("--timestamps", request.timestamps),
    ("--inputs", request.inputs.first), ("--trials", request.trials),
  ]
  if let (flag, path) = named.first(where: { $0.1 != nil }) {
    throw RecordingError.usage(
      "\(flag) \(path ?? "") names a dataset, and \(request.path) is \(kind), which has none")
  }
}
