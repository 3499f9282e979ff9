import Foundation
import TestSupport
import Testing

extension CommandTests {
  @Suite struct FaultTests {
    /// SIGKILL to one rank in mid-run ends the job within seconds, and leaves no file.
    @Test func killedRank() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try succeed(
        ["generate", "chaotic", "--neurons", "300", "--frames", "3000", "-o", recording])
      let log = folder.file("run.jsonl")
      var killed = ContinuousClock.now
      let result = try launch(
        ranks: 3,
        command: [
          try #require(program), "fit", recording, "-o", folder.file("model.h5"), "--alpha", "0.1",
          "--lambda", "1e-6", "--tolerance", "1e-14", "--iterations", "100000", "--log", log,
        ], timeout: 60
      ) { launcher in
        // The ranks are there once all three have read their share: give them a moment more.
        var ranks: [Int32] = []
        let deadline = ContinuousClock.now + .seconds(20)
        while ranks.count < 3, ContinuousClock.now < deadline {
          usleep(50_000)
          ranks = ganglionChildren(of: launcher)
        }
        try #require(ranks.count == 3)
        sleep(1)
        killed = ContinuousClock.now
        kill(ranks[1], SIGKILL)
      }
      #expect((ContinuousClock.now - killed) < .seconds(10))
      #expect(result.status != 0)
      #expect(result.errors.contains("signal 9"), "\(result.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(left == ["recording.h5", "run.jsonl"])
    }

    /// Under any limit of memory a fit ends well, or with a message that names the limit.
    @Test func tooLittleMemory() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try succeed(["generate", "chaotic", "--neurons", "300", "--frames", "400", "-o", recording])
      var codes: Set<Int32> = []
      for megabytes in stride(from: 100, through: 1000, by: 60) {
        let result = try launch(
          ranks: 2,
          command: [
            "sh", "-c", "ulimit -v \(megabytes * 1000); exec \"$@\"", "sh",
            try #require(program), "fit", recording, "-o", folder.file("model.h5"), "--alpha",
            "0.1", "--lambda", "1e-3", "--threads", "1",
          ], timeout: 60)
        codes.insert(result.status)
        let says =
          switch result.status {
          case 0: ""
          // The system's loader, before the program runs.
          case 127: "error while loading shared libraries"
          default: "ganglion: error: "
          }
        let named = result.errors.contains(says) || says.isEmpty
        #expect(
          [0, 70, 78, 127].contains(result.status) && named,
          "\(megabytes) MB: \(result.status) \(result.errors)")
        if result.status == 78 { #expect(result.errors.contains("(ulimit -v)")) }
      }
      #expect(codes.isSuperset(of: [0, 78]), "\(codes)")
    }
  }
}

/// The processes named ganglion that a process started.
func ganglionChildren(of parent: Int32) -> [Int32] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return all.compactMap(Int32.init).filter { id in
    guard let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
      let end = stat.lastIndex(of: ")")
    else { return false }
    let fields = stat[end...].split(separator: " ")
    return stat.contains("(ganglion)") && fields.count > 2 && Int32(fields[2]) == parent
  }.sorted()
}
