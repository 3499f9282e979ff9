import Collectives
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Recordings

/// Text tables as programs write them: the same numbers, whatever stands around them.
@Suite struct TableTests {
  /// 12 frames of 3 neurons with decimals, none of which rises.
  nonisolated private static let rows = (0..<12).map { t in
    (0..<3).map { i in String(format: "%.4f", 2 + sin(0.9 * Double(t) + 2 * Double(i))) }
  }

  /// The text of the rows: a first line, and a first cell before each row.
  nonisolated private static func table(
    _ header: String?, by separator: String = ",", end: String = "\n",
    prefix: (Int) -> String? = { _ in nil }
  ) -> String {
    let lines = rows.enumerated().map { t, row in
      ((prefix(t).map { [$0] } ?? []) + row).joined(separator: separator)
    }
    return ((header.map { [$0] } ?? []) + lines).joined(separator: end) + end
  }

  private func open(
    _ text: String, _ change: (inout RecordingRequest) -> Void = { $0.timeAxis = .first }
  ) throws -> (recording: Recording, values: [Double]) {
    let directory = try TemporaryDirectory()
    let path = directory.file("table.csv")
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    var request = RecordingRequest(path: path)
    change(&request)
    let recording = try Recording.open(request, on: SingleRank())
    let series: Matrix<Double> = try recording.readNeurons(
      0..<recording.neurons, on: SingleRank())
    let elements = series.elements
    return (recording, elements.indices.map { elements[$0] })
  }

  private func refusal(
    _ text: String, _ change: (inout RecordingRequest) -> Void = { $0.timeAxis = .first }
  ) -> RecordingError? {
    #expect(throws: RecordingError.self) { _ = try open(text, change) }
  }

  nonisolated private static let expected = (0..<3).flatMap { i in
    rows.map { Double($0[i]) ?? .nan }
  }

  struct Form: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var labels = ["a", "b", "c"]
    var dt: Double?
    var testDescription: String { name }
  }

  nonisolated private static let forms = [
    Form(name: "plain", text: table("a,b,c")),
    Form(name: "no header", text: table(nil), labels: ["0", "1", "2"]),
    Form(name: "pandas, columns of numbers", text: table("0,1,2"), labels: ["0", "1", "2"]),
    Form(name: "numbers of cells", text: table("4,7,19"), labels: ["4", "7", "19"]),
    Form(
      name: "pandas, both", text: table(",0,1,2", prefix: { "\($0)" }), labels: ["0", "1", "2"]),
    Form(name: "pandas, index", text: table(",a,b,c", prefix: { "\($0)" })),
    Form(name: "pandas, read and written", text: table("Unnamed: 0,a,b,c", prefix: { "\($0)" })),
    Form(name: "R, write.csv", text: table("\"\",\"a\",\"b\",\"c\"", prefix: { "\"\($0 + 1)\"" })),
    Form(
      name: "R, write.table",
      text: table("\"a\" \"b\" \"c\"", by: " ", prefix: { "\"\($0 + 1)\"" })),
    Form(name: "frames", text: table("frame,a,b,c", prefix: { "\($0)" })),
    Form(
      name: "index without header", text: table(nil, prefix: { "\($0)" }), labels: ["0", "1", "2"]),
    Form(name: "ms", text: table("Time (ms),a,b,c", prefix: { "\(50 * $0)" }), dt: 0.05),
    Form(name: "us", text: table("time_us,a,b,c", prefix: { "\(50_000 * $0)" }), dt: 0.05),
    Form(name: "s in brackets", text: table("Time [s],a,b,c", prefix: { "\($0)" }), dt: 1),
    Form(name: "s", text: table("t,a,b,c", prefix: { "\(0.25 * Double($0))" }), dt: 0.25),
    Form(
      name: "numpy.savetxt", text: table("# t,a,b,c", prefix: { "\(0.25 * Double($0))" }), dt: 0.25),
    Form(
      name: "comments",
      text: "# mouse 7\n# recorded, by me\n"
        + table("time,a,b,c", prefix: { "\(0.5 * Double($0))" })
        + "# the end\n", dt: 0.5),
    Form(
      name: "index and time", text: table(",t_ms,a,b,c", prefix: { "\($0),\(100 * $0)" }), dt: 0.1),
    Form(
      name: "dates",
      text: table(
        "timestamp,a,b,c",
        prefix: { String(format: "2024-02-28 23:59:%04.1f", 55 + 0.4 * Double($0)) }
      ), dt: 0.4),
    Form(name: "Windows", text: "\u{FEFF}" + table("a,b,c", end: "\r\n")),
    Form(name: "old Mac", text: table("a,b,c", end: "\r")),
    Form(name: "tabs", text: table("a\tb\tc", by: "\t")),
    Form(name: "semicolons", text: table("a;b;c", by: ";")),
    Form(
      name: "decimal commas",
      text: table("Zeit (s);a;b;c", by: ";", prefix: { "\(0.5 * Double($0))" })
        .replacing(".", with: ",").replacing("Zeit", with: "time"), dt: 0.5),
    Form(name: "Excel's separator", text: "sep=;\r\n" + table("a;b;c", by: ";", end: "\r\n")),
    Form(
      name: "quoted",
      text: table("a,b,c").split(separator: "\n")
        .map { "\"" + $0.replacing(",", with: "\",\"") + "\"" }.joined(separator: "\n")),
    Form(
      name: "commas in names", text: table("\"a, left\",\"b \"\"2\"\"\",c"),
      labels: ["a, left", "b \"2\"", "c"]),
    Form(name: "delimiters at the ends", text: table("a,b,c").replacing("\n", with: ",\n")),
    Form(name: "blank lines", text: "\n" + table("a,b,c").replacing("\n", with: "\n\n") + " \n"),
    Form(name: "blank rows of Excel", text: table("a,b,c") + ",,\n,,\n"),
  ]

  @Test(arguments: forms) func sameNumbersAndNames(_ form: Form) throws {
    let (recording, values) = try open(form.text)
    #expect(recording.labels == form.labels)
    #expect(values == Self.expected)
    #expect(recording.frames == 12)
    if let dt = form.dt {
      #expect(abs((recording.dt ?? 0) - dt) < 1e-12, "\(String(describing: recording.dt))")
    } else {
      #expect(recording.dt == nil)
    }
  }

  @Test func whatIsLeftOutIsSaid() throws {
    let notes = try open(Self.table("Time (ms),a,b,c", prefix: { "\(50 * $0)" })).recording.notes
    #expect(notes.contains { $0.contains("\"Time (ms)\" is the clock, in ms") }, "\(notes)")
    let counted = try open(Self.table("frame,a,b,c", prefix: { "\($0)" })).recording.notes
    #expect(counted.contains { $0.contains("\"frame\" counts the rows") }, "\(counted)")
    let numbers = try open(Self.table("0,1,2")).recording.notes
    #expect(numbers.contains { $0.contains("first line (0, 1, 2, ...)") }, "\(numbers)")
  }

  /// What may be one or the other is asked, with what to give.
  @Test func whatCannotBeToldIsAsked() throws {
    let counts = Self.table("time,a,b,c", prefix: { "\($0)" })
    let question = refusal(counts)
    #expect(question?.exitCode == ExitCode.usage)
    #expect(question?.description.contains("--dt 1 if they are in s") == true)
    let answer = try open(counts) {
      $0.timeAxis = .first
      $0.dt = 0.2
    }
    #expect(answer.values == Self.expected && answer.recording.dt == 0.2)
    #expect(abs((answer.recording.times.last ?? 0) - 2.2) < 1e-12)

    let milliseconds = Self.table("timestamp,a,b,c", prefix: { "\(50 * $0).5" })
    #expect(refusal(milliseconds)?.description.contains("--dt 0.05 if they are in ms") == true)
    #expect(
      try open(milliseconds) {
        $0.timeAxis = .first
        $0.rate = 20
      }.recording.times[2] == 0.1005)

    // A first column without a name that always rises.
    let rising = Self.table(nil, prefix: { "\(0.05 * Double($0) + 1)" })
    let unnamed = refusal(rising)
    #expect(unnamed?.exitCode == ExitCode.usage)
    #expect(unnamed?.description.contains("--timestamps 0") == true)
    let told = try open(rising) { $0.timestamps = "0" }
    #expect(told.values == Self.expected && abs((told.recording.dt ?? 0) - 0.05) < 1e-9)
    #expect(try open(rising) { ($0.traces, $0.timeAxis) = ("1-3", .first) }.values == Self.expected)
    #expect(try open(rising) { ($0.traces, $0.timeAxis) = ("*", .first) }.recording.neurons == 4)

    // Frames that were dropped, and time that falls.
    let gaps = refusal(Self.table("frame,a,b,c", prefix: { "\($0 < 6 ? $0 : $0 + 3)" }))
    #expect(
      gaps?.description.contains("does not count evenly") == true, "\(String(describing: gaps))")
    let falling = refusal(Self.table("time,a,b,c", prefix: { "\(-$0)" }))
    #expect(falling?.exitCode == ExitCode.badData)
    #expect(falling?.description.contains("do not rise") == true)
  }

  @Test func columnsAreChosenByName() throws {
    let text = Self.table("Time (s),state,n1,n2,n3,light", prefix: { "\(0.5 * Double($0)),rest" })
      .split(separator: "\n").enumerated().map { $0 == 0 ? "\($1)" : "\($1),\($0 % 2)" }
      .joined(separator: "\n")
    let (recording, values) = try open(text) {
      $0.traces = "n*"
      $0.inputs = ["light"]
    }
    #expect(values == Self.expected && recording.labels == ["n1", "n2", "n3"])
    #expect(recording.inputNames == ["light"] && recording.dt == 0.5)
    let inputs: Matrix<Double> = recording.inputs()
    #expect((0..<4).map { inputs[$0, 0] } == [1, 0, 1, 0])
    #expect(refusal(text)?.description.contains("\"rest\" is not a number") == true)
    let wrong = refusal(text) { $0.traces = "m*" }
    #expect(wrong?.exitCode == ExitCode.missingInput)
    #expect(wrong?.description.contains("\"n1\"") == true)
  }

  @Test func namesOfRowsAreTheNeurons() throws {
    let lines = (0..<3).map { i in
      (["AVA", "AVB", "RIM"][i] + "," + Self.rows.map { $0[i] }.joined(separator: ","))
    }
    for header in [nil, "," + (0..<12).map(String.init).joined(separator: ",")] {
      let text = ((header.map { [$0] } ?? []) + lines).joined(separator: "\n")
      let (recording, values) = try open(text) { _ in }
      #expect(recording.labels == ["AVA", "AVB", "RIM"])
      #expect(values == Self.expected)
    }
  }

  @Test func trialsOneAFrame() throws {
    let text = Self.table("a,b,c,trial").split(separator: "\n").enumerated()
      .map { $0 == 0 ? "\($1)" : "\($1),\($0 < 5 ? 1 : 2)" }.joined(separator: "\n")
    let (recording, values) = try open(text) { ($0.trials, $0.timeAxis) = ("trial", .first) }
    #expect(recording.trialStarts == [0, 4] && values == Self.expected)
  }

  @Test(arguments: [
    "0.1", "-3", "123456.789", "0.000001", "2.000000", "99999999999999.9", "1e-5", "1E3", "+1.5",
    "0.30000000000000004", "-.5", "7.", "12345678901234567890",
  ])
  func numbersAreThoseOfStrtod(_ text: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("n.csv")
    try "x,y\n\(text),1\n".write(toFile: path, atomically: false, encoding: .utf8)
    let file = try DelimitedText(path)
    var found: Double?
    file.forEachRow { line, cells in
      if line == 2 { found = file.number(cells[0]) }
      return true
    }
    #expect(found == strtod(text, nil))
  }
}
