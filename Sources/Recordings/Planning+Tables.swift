/// Finds the traces of a NumPy file; it holds nothing else.
func planNPY(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  let file = try NPYFile(request.path)
  try requireNoPaths(request, in: "a NumPy file")
  guard file.shape.count == 2 else {
    throw RecordingError.badData(
      "\(request.path) has shape \(file.shape), where (time, neuron) or (neuron, time) is needed")
  }
  let (axis, reason) = try timeAxis(
    of: file.shape, asked: request.timeAxis, known: nil, length: nil, name: request.path)
  let plan = RecordingPlan(
    path: request.path, format: "NPY", layout: .npy(file: request.path, timeAxis: axis),
    neurons: file.shape[1 - axis], frames: file.shape[axis],
    labels: (0..<file.shape[1 - axis]).map(String.init),
    notes: ["time is dimension \(axis): \(reason)"])
  return (plan, RecordingTables())
}

/// Finds the traces of a text table, and its clock if a column is one.
func planText(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  let table = try TextTable(request.path)
  try requireNoPaths(request, in: "a text table")
  let known = table.timeColumn.map { _ in (axis: 0, reason: "it has a column of time") }
  let (axis, reason) = try timeAxis(
    of: [table.rows, table.columns], asked: request.timeAxis, known: known, length: nil,
    name: request.path)
  let shape = [table.rows, table.columns]
  let names = axis == 0 ? table.header : nil
  let plan = RecordingPlan(
    path: request.path, format: "CSV", layout: .table(table, timeAxis: axis),
    neurons: shape[1 - axis], frames: shape[axis],
    labels: names ?? (0..<shape[1 - axis]).map(String.init),
    notes: ["time is \(axis == 0 ? "down the rows" : "along the columns"): \(reason)"])
  var tables = RecordingTables()
  if axis == 0, table.timeColumn != nil {
    try table.forEachRow { _, _, time in tables.times.append(time ?? .nan) }
  }
  return (plan, tables)
}

/// Refuses flags that name datasets, where there are none to name.
private func requireNoPaths(_ request: RecordingRequest, in kind: String) throws {
  let named = [
    ("--traces", request.traces), ("--timestamps", request.timestamps),
    ("--inputs", request.inputs.first), ("--trials", request.trials),
  ]
  if let (flag, path) = named.first(where: { $0.1 != nil }) {
    throw RecordingError.usage(
      "\(flag) \(path ?? "") names a dataset, and \(request.path) is \(kind), which has none")
  }
}
