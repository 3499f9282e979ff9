import Foundation
import Testing

@testable import Recordings

/// The frames of a table that grows, against the rules of a table that is whole.
@Suite struct TableFramesTests {
  private func request(rate: Double? = nil) -> RecordingRequest {
    var request = RecordingRequest(path: "cells.csv")
    request.rate = rate
    return request
  }

  private func frames(
    _ lines: [String], _ request: RecordingRequest, isAll: Bool = false
  ) throws -> TableFrames? {
    try TableFrames(Array(lines.joined(separator: "\n").utf8), request, isAll: isAll)
  }

  /// A header, and rows of a time and two neurons.
  private func rows(_ count: Int, _ header: String = "time,left,right") -> [String] {
    [header] + (0..<count).map { "\(0.5 * Double($0)),\($0 % 3),0.25" }
  }

  @Test func clockAndNames() throws {
    #expect(try frames(rows(19), request()) == nil)
    let table = try #require(try frames(rows(20), request()))
    #expect(table.labels == ["left", "right"])
    #expect(table.first.count == 20 && table.first[4].values == [1, 0.25])
    #expect(table.first.map(\.time) == (0..<20).map { 0.5 * Double($0) })
    #expect(table.notes.contains { $0.contains("\"time\" is the clock") })
    let early = try #require(try frames(rows(3), request(), isAll: true))
    #expect(early.first.count == 3)
  }

  /// Times that a name says are of another unit, and dates.
  @Test func unitsOfTime() throws {
    let lines = ["t (ms),a,b"] + (0..<20).map { "\(250 * $0),0.1,0.2" }
    let table = try #require(try frames(lines, request()))
    #expect(table.first.map(\.time) == (0..<20).map { 0.25 * Double($0) })
    #expect(try table.frame(of: Array("6000,1,2".utf8), number: 30)?.time == 6)
    let dates =
      ["when,a,b"] + (0..<20).map { String(format: "2026-01-02 03:04:%02d,0.1,0.2", 2 * $0) }
    let dated = try #require(try frames(dates, request()))
    #expect(dated.first.map(\.time) == (0..<20).map { 2 * Double($0) })
  }

  /// An empty cell, one of blanks and the words for it are missing values, wherever they stand.
  @Test func missingValues() throws {
    let table = try #require(try frames(rows(20) + ["10,,0.5"], request()))
    for (line, missing) in [
      ("10,,0.5", [true, false]), ("10,0.5,", [false, true]), ("10,NA, ", [true, true]),
      ("10,inf,1", [true, false]),
    ] {
      let frame = try #require(try table.frame(of: Array(line.utf8), number: 21))
      #expect(frame.values.map(\.isNaN) == missing, "\(line)")
      #expect(frame.time == 10)
    }
    #expect(try table.frame(of: [], number: 22) == nil)
    #expect(try table.frame(of: Array("# a note".utf8), number: 22) == nil)
  }

  @Test func semicolonsAndDecimalCommas() throws {
    let lines = ["a;b"] + (0..<20).map { "0,\($0 + 1);1,5" }
    let table = try #require(try frames(lines, request(rate: 3)))
    #expect(try table.frame(of: Array("0,25;;".utf8.dropLast()), number: 22)?.values[0] == 0.25)
    #expect(table.first[2].values == [0.3, 1.5] && table.first[2].time == nil)
  }

  @Test func refusals() throws {
    for (lines, code, says) in [
      (["a,b", "1,2", "2,1"], Int32(64), "no column is the time: give --rate HZ"),
      (rows(1) + ["0.5,x,1"], 65, "line 3: \"x\" is not a number, in the column \"left\"; a cell"),
      (rows(2) + ["1,2"], 65, "line 4: 2 columns"),
      (["name,a"] + (0..<20).map { "n\($0),\($0 % 3)" }, 64, "no column is the time"),
    ] {
      let error = try #require(throws: RecordingError.self) { try frames(lines, request()) }
      #expect(error.exitCode == code && "\(error)".contains(says), "\(error)")
    }
    let table = try #require(try frames(rows(20), request()))
    for (line, says) in [
      ("10,1", "line 40: 2 columns, where those before have 3"),
      ("10,x,1", "line 40: \"x\" is not a number, in the column \"left\"; a cell without a"),
      (",1,1", "line 40: the column \"time\" holds the time"),
    ] {
      let error = try #require(throws: RecordingError.self) {
        try table.frame(of: Array(line.utf8), number: 40)
      }
      #expect(error.exitCode == 65 && "\(error)".contains(says), "\(error)")
    }
    // The table's own clock and the flag's do not go together.
    let other = try #require(throws: RecordingError.self) {
      try frames(rows(20), request(rate: 30))
    }
    #expect(other.exitCode == 64 && "\(other)".contains("leave the flag out"), "\(other)")
  }

  /// A file that is one frame.
  @Test func frameOfItsOwn() throws {
    func values(_ line: String) throws -> [Double] {
      try TableFrames.values(of: Array(line.utf8), in: "a1.csv")
    }
    #expect(try values("1, -3e2,0.5") == [1, -300, 0.5])
    #expect(try values("1\t2") == [1, 2] && values("1 2 3") == [1, 2, 3])
    #expect(try values("1,,nan,3").map(\.isNaN) == [false, true, true, false])
    #expect(throws: RecordingError.self) { try values("1,x") }
  }
}
