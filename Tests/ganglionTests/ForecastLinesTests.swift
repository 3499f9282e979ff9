import Foundation
import Synchronization
import Testing

@testable import ganglion

/// Lines for readers that are slow.
@Suite struct ForecastLinesTests {
  /// A reader that takes lines only once it is let.
  private final class Reader: Sendable {
    let gate = DispatchSemaphore(value: 0)
    let lines = Mutex<[String]>([])

    func read(_ line: String) {
      gate.wait()
      gate.signal()
      lines.withLock { $0.append(line) }
    }
  }

  private let megabyte = String(repeating: "x", count: 1 << 20)

  @Test func whoReadsHasAllInOrder() {
    let reader = Reader()
    reader.gate.signal()
    let lines = ForecastLines(waits: false) { reader.read($0) }
    for k in 0..<2000 { lines.put("\(k)") }
    lines.close()
    let read = reader.lines.withLock { $0 }
    #expect(read == (0..<2000).map { "\($0)" })
    #expect(lines.missed == 0)
  }

  /// The oldest lines are left out where there is no room; the latest are there.
  @Test func whoIsSlowHasTheLatest() {
    let reader = Reader()
    let lines = ForecastLines(waits: false) { reader.read($0) }
    for k in 0..<100 { lines.put("\(k) \(megabyte)") }
    #expect(lines.missed >= 30, "64 MB of 100 wait")
    reader.gate.signal()
    lines.close()
    let numbers = reader.lines.withLock { $0.compactMap { Int($0.prefix { $0 != " " }) } }
    #expect(numbers.count + lines.missed == 100 && numbers.last == 99)
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
  }

  /// Who never reads is given up at the end.
  @Test func whoHasStalledIsGivenUp() {
    let reader = Reader()
    let lines = ForecastLines(waits: false) { reader.read($0) }
    for k in 0..<10 { lines.put("\(k)") }
    lines.close()
    #expect(lines.missed == 10)
    reader.gate.signal()
  }

  /// Without a clock a reader is waited for.
  @Test func aReplayWaitsForItsReader() {
    let reader = Reader()
    let lines = ForecastLines(waits: true) { reader.read($0) }
    Thread.detachNewThread {
      usleep(100_000)
      reader.gate.signal()
    }
    for k in 0..<100 { lines.put("\(k) \(megabyte)") }
    lines.close()
    let read = reader.lines.withLock(\.count)
    #expect(read == 100 && lines.missed == 0)
  }
}
