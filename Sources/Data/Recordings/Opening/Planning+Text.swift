internal import Foundation

/// Finds the traces of a text table, its clock, inputs and trials if columns are such.
func planText(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  var table = try TextTable(request.path)
  let roles = try ColumnRoles(table, request)
  try table.requireNumbers(roles.traces)
  let (axis, reason) = try textAxis(table, roles, request)
  table.fields = axis == 0 ? roles.traces : roles.traces.filter { $0 != roles.labels }
  guard !table.fields.isEmpty else {
    throw RecordingError.badData("\(request.path): none of its columns may be a neuron")
  }
  let labels = try textLabels(table, roles, axis)
  var plan = RecordingPlan(
    path: request.path, format: "CSV", layout: .table(table, timeAxis: axis),
    neurons: labels.count, frames: axis == 0 ? table.rows : table.fields.count, labels: labels,
    notes: ["time is \(axis == 0 ? "down the rows" : "along the columns"): \(reason)"]
      + table.notes + roles.notes)
  var tables = RecordingTables()
  var source: ClockSource?
  if axis == 0, let clock = roles.clock {
    tables.times = try table.column(clock)
    source = ClockSource(
      name: table.title(clock), unit: roles.unit, isNamed: request.timestamps != nil)
  }
  try settleClock(&plan, &tables, request, from: source)
  try addColumns(of: table, roles, to: &plan, &tables)
  return (plan, tables)
}

/// Which dimension of a table is time, and why.
private func textAxis(
  _ table: TextTable, _ roles: ColumnRoles, _ request: RecordingRequest
) throws -> (axis: Int, reason: String) {
  if request.timeAxis == .second {
    if let reason = roles.framesDown {
      throw RecordingError.usage(
        "\(request.path): \(reason), so that each row is a frame, and --time-axis 1 says that each"
          + " column is one: leave it out")
    }
    if let flag = [
      ("--inputs", request.inputs.first), ("--trials", request.trials),
      ("--timestamps", request.timestamps),
    ].first(where: { $0.1 != nil }) {
      throw RecordingError.usage(
        "\(request.path): \(flag.0) names a column, and with --time-axis 1 each column is a frame")
    }
  }
  let fields = roles.traces.filter { $0 != roles.labels }
  return try timeAxis(
    of: [table.rows, fields.count], asked: request.timeAxis, known: roles.axis, length: nil,
    name: request.path)
}

/// The neurons' names: those of the columns, or of the rows.
private func textLabels(
  _ table: TextTable, _ roles: ColumnRoles, _ axis: Int
) throws -> [String] {
  if axis == 0 { return table.labels(of: table.fields) }
  guard let labels = roles.labels else { return (0..<table.rows).map(String.init) }
  return Array(try table.texts(labels).prefix(table.rows))
}

/// Reads the columns of inputs and trials.
private func addColumns(
  of table: TextTable, _ roles: ColumnRoles, to plan: inout RecordingPlan,
  _ tables: inout RecordingTables
) throws {
  try table.requireNumbers(roles.inputs)
  if !roles.inputs.isEmpty {
    plan.inputNames = roles.inputs.map { table.names?[$0] ?? "\($0)" }
    var problem: RecordingError?
    try table.forEachRow(roles.inputs) { row, values in
      tables.inputs += values
      if problem == nil, let bad = values.firstIndex(where: { !$0.isFinite }) {
        problem = .badData(
          "\(plan.path): the input \(plan.inputNames[bad]) is \(values[bad]) at frame \(row); fill"
            + " the gap, or leave this input out")
      }
    }
    if let problem { throw problem }
  }
  if let trials = roles.trials {
    try table.requireNumbers([trials])
    tables.trialStarts = try trialStarts(
      ofFrames: table.column(trials), table.title(trials), in: plan.path)
  }
}
