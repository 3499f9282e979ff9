import Foundation
import LinearAlgebra
import Sockets
import TestSupport
import Testing

extension CommandTests {
  /// `follow` on sockets, and what it publishes.
  @Suite(.enabled(if: Socket.areThere, "built without ZeroMQ"))
  struct FollowSocketTests {
    /// An address of this machine that is free.
    private func freeAddress() throws -> String {
      try Socket(.pull, "tcp://127.0.0.1:*", binds: true).address
    }

    private func message(_ t: Int, topic: Bool = false) -> [[UInt8]] {
      let object = #"{"number": \#(t), "time": \#(Double(t) * 0.1), "n": 6, "dtype": "float32"}"#
      return (topic ? [Array("frames".utf8)] : []) + [Array(object.utf8), values(t)]
    }

    private func values(_ t: Int) -> [UInt8] { [UInt8](StreamSample.frame(t, isFramed: false)) }

    /// Sends, waiting where the other side is slow.
    private func send(_ parts: [[UInt8]], by socket: Socket) throws {
      let isSent = eventually { socket.send(parts) }
      try #require(isSent)
    }

    private func figure(_ name: String, in log: String) throws -> Int? {
      guard FileManager.default.fileExists(atPath: log) else { return nil }
      return try event("status", in: log)?[name] as? Int
    }

    /// Frames that are pushed are followed as those of a pipe, and the forecasts that are published
    /// are those that are written.
    @Test func pushedFramesAndPublishedForecasts() throws {
      let folder = try TemporaryDirectory()
      let (model, log, lines) = (
        folder.file("model.h5"), folder.file("run.jsonl"), folder.file("forecasts.jsonl")
      )
      let (source, published) = (try freeAddress(), try freeAddress())
      let sender = try Socket(.push, source, binds: false)
      let listener = try Socket(.subscribe, published, binds: false)
      for t in 0..<90 { try send(message(t), by: sender) }
      var heard: [(object: [String: Any], values: [UInt8])] = []
      let result = try launch(
        command: [
          try #require(program), "follow", "pull+" + source, "--bind", "-o", model, "--publish",
          published, "--cells-out", "2,5", "--horizon", "3", "--forecast-out", lines, "--log", log,
        ] + StreamSample.flags
      ) { process in
        _ = try eventually { try self.figure("frames", in: log) == 90 }
        for t in 90..<150 { try send(message(t, topic: t % 2 == 0), by: sender) }
        _ = try eventually {
          guard let parts = try listener.receive(mostParts: 4), parts.count == 3,
            let object = try JSONSerialization.jsonObject(with: Data(parts[1])) as? [String: Any]
          else { return false }
          #expect(parts[0] == Array("forecast".utf8))
          heard.append((object, parts[2]))
          return object["frame"] as? Int == 149
        }
        kill(process, SIGUSR1)
      }
      #expect(result.status == 75, "\(result)")
      #expect(try readVector(model, "/live/frames") == [150])
      let written = try String(contentsOfFile: lines, encoding: .utf8).split(separator: "\n")
      let line = Data(try #require(written.last).utf8)
      let last = try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
      let found = try #require(heard.last)
      #expect(found.object["cells"] as? [Int] == [2, 5])
      let expected = try #require(last["values"] as? [[Double]]).flatMap { $0.map { Float($0) } }
      let numbers = stride(from: 0, to: found.values.count, by: 4).map { place in
        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(found.values[place + $1]) << (8 * $1) }
        return Float(bitPattern: bits)
      }
      #expect(numbers == expected && numbers.count == 6)
      #expect(heard.count > 30, "those since it has connected")
    }

    /// Whatever comes is left out and counted; all frames are taken, and recorded.
    @Test func rubbish() throws {
      let folder = try TemporaryDirectory()
      let (model, log, record) = (
        folder.file("model.h5"), folder.file("run.jsonl"), folder.file("frames.gngf")
      )
      let source = try freeAddress()
      let result = try launch(
        command: [
          try #require(program), "follow", "pull+" + source, "--bind", "-o", model, "--log", log,
          "--cells", "6", "--record", record,
        ] + StreamSample.flags
      ) { process in
        let sender = try Socket(.push, source, binds: false)
        var refused = 0
        for t in 0..<150 {
          for parts in bad(t) {
            try send(parts, by: sender)
            refused += 1
          }
          try send(message(t), by: sender)
          #expect(kill(process, 0) == 0, "after frame \(t)")
        }
        // Too long, and no ZeroMQ at all: who sends it is disconnected, and nobody else.
        let other = try Socket(.push, source, binds: false)
        try send([message(0)[0], [UInt8](repeating: 1, count: 1 << 20)], by: other)
        try sendBytes((0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0) }, to: source)
        let isCounted = try eventually {
          let counted = try self.figure("refused", in: log)
          return try self.figure("frames", in: log) == 150 && counted == refused
        }
        #expect(isCounted)
        kill(process, SIGUSR1)
      }
      #expect(result.status == 75, "\(result)")
      #expect(result.errors.components(separatedBy: "a message is no frame").count == 2, "once")
      let recorded = try Data(contentsOf: URL(fileURLWithPath: record))
      #expect(withoutTimes(recorded) == withoutTimes(StreamSample.frames(0..<150)))
    }

    /// Text may round the times of a record.
    private func withoutTimes(_ record: Data) -> [UInt8] {
      record.enumerated().filter { !(16..<24).contains($0.offset % 48) }.map(\.element)
    }

    /// Messages that are no frames: by hand, and at random.
    private func bad(_ t: Int) -> [[[UInt8]]] {
      let good = values(t)
      func object(_ text: String) -> [[UInt8]] { [Array(text.utf8), good] }
      var random = UInt64(t) &* 0x9E37_79B9_7F4A_7C15
      func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in
          random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return UInt8(truncatingIfNeeded: random >> 40)
        }
      }
      return [
        [good], [[], []], object("{}"), object("[1]"), object(#"{"number": -1, "time": 1}"#),
        object(#"{"number": 1.5, "time": 1}"#), object(#"{"number": 1e30, "time": 1}"#),
        object(#"{"number": 1, "time": 1e999}"#), object(#"{"number": 1, "time": NaN}"#),
        object(#"{"number": 1}"#), object(#"{"number": 1, "time": 1, "dtype": "float64"}"#),
        object(#"{"number": 1, "time": 1, "n": 2147483648}"#),
        [message(t)[0], Array(good.dropLast())], [message(t)[0], good + good],
        [message(t)[0], []], [[UInt8](repeating: 0x5B, count: 60_000), good],
        [bytes(40), bytes(24)], [bytes(7), bytes(0), bytes(24), bytes(3), bytes(9)],
      ]
    }

    private func sendBytes(_ bytes: [UInt8], to address: String) throws {
      let port = try #require(UInt16(address.split(separator: ":").last ?? ""))
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_port = port.bigEndian
      place.sin_addr.s_addr = inet_addr("127.0.0.1")
      let isConnected = withUnsafePointer(to: &place) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      try #require(isConnected == 0)
      _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    @Test func refusals() throws {
      let folder = try TemporaryDirectory()
      let model = folder.file("model.h5")
      let taken = try Socket(.pull, "tcp://127.0.0.1:*", binds: true)
      for (words, code, says) in [
        (["http://host:1"], Int32(64), "is no address"),
        (["pull+tcp://*:5556", "--bind"], 64, "open to other machines"),
        (["tcp://127.0.0.1:1", "--publish", "tcp://0.0.0.0:5560"], 64, "open to other machines"),
        (["tcp://127.0.0.1:1", "--publish", "here"], 64, "--publish is here, expected a port"),
        (["pull+" + taken.address, "--bind"], 66, "Address already in use"),
      ] {
        try expectRefusal(["follow"] + words + ["-o", model], code, says, in: folder.path)
      }
    }
  }
}
