import Foundation
import HDF5
import TestSupport
import Testing

extension CommandTests {
  /// What commands say beyond their results: the next command, and that there is no clock.
  @Suite struct AdviceTests {
    /// The command after `next:` in an output; the line is the last one.
    private func next(_ output: String) throws -> String {
      let lines = output.split(separator: "\n").filter { $0.hasPrefix("next: ") }
      try #require(lines.count == 1 && output.hasSuffix("\(lines[0])\n"), "\(output)")
      return String(lines[0].dropFirst("next: ".count))
    }

    /// From a recording to a report by nothing but the next lines, in a folder that needs quotes.
    @Test func nextLinesLeadToAReport() throws {
      let folder = try TemporaryDirectory()
      let place = folder.file("my data")
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let program = try #require(program)
      var text = try succeed([
        "generate", "chaotic", "--neurons", "8", "--frames", "120", "-o", place + "/it's.h5",
      ])
      var commands: [String] = []
      for _ in 0..<3 {
        let command = try next(text)
        commands.append(String(command.prefix { $0 != "/" }))
        #expect(command.hasPrefix("ganglion "))
        let result = try launch(
          ranks: nil, command: ["sh", "-c", "'\(program)' " + command.dropFirst("ganglion ".count)])
        try #require(result.status == 0, "\(command): \(result)")
        text = result.output
      }
      #expect(commands == ["ganglion fit '", "ganglion evaluate '", "ganglion report '"])
      #expect(try next(text).contains("it'\\''s-report.html"))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: place).sorted()
          == ["it's-model.h5", "it's-report.html", "it's-scores.h5", "it's.h5"])
    }

    /// What to cite; of methods of other papers the program alone.
    @Test(arguments: [
      ("fit x.h5 -o m.h5 --alpha 0.1", "cite: Dinc et al., NeurIPS 2023 (CORNN) and Ganglion "),
      ("fit x.h5 -o m.h5 --alpha 0.1 --method force-rates", "cite: Ganglion "),
      ("train flipflop -o r.h5 --tangents 2", "cite: Yu et al., NeurIPS 2024 (SOFO) and Ganglion "),
      ("train flipflop -o r.h5 --optimizer adam", "cite: Ganglion "),
    ]) func citation(line: String, says: String) throws {
      let folder = try TemporaryDirectory()
      var words = line.split(separator: " ").map {
        $0.hasSuffix(".h5") ? folder.file(String($0)) : String($0)
      }
      if words[0] == "train" {
        words += ["--hidden", "6", "--steps", "12", "--batch", "2", "--iterations", "1"]
      } else {
        try succeed([
          "generate", "chaotic", "--neurons", "6", "--frames", "80", "-o", words[1], "--quiet",
        ])
      }
      #expect(try succeed(words).contains(says))
    }

    @Test func silentWhereItWouldDisturb() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("x.h5")
      let model = folder.file("m.h5")
      #expect(
        try succeed([
          "generate", "chaotic", "--neurons", "6", "--frames", "80", "-o", recording, "--quiet",
        ]).isEmpty)
      #expect(try succeed(["fit", recording, "-o", model, "--alpha", "0.1", "--quiet"]).isEmpty)
      for words in [["--cite"], ["--cite", "fit"]] {
        #expect(try succeed(words).contains("NeurIPS 2023"))
      }
      for line in [["evaluate", model, "--json"], ["inspect", recording, "--json"]] {
        let text = try succeed(line)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is any Collection)
      }
      #expect(try next(succeed(["inspect", recording])).hasPrefix("ganglion fit "))
      #expect(
        try next(succeed(["simulate", model, "-o", folder.file("s.h5"), "--steps", "5"]))
          .hasPrefix("ganglion inspect "))
    }

    /// Times of frames are not written as seconds where nothing says how long a frame is.
    @Test func noClock() throws {
      let folder = try TemporaryDirectory()
      let (_, model, fit) = try sampleFit(in: folder)
      #expect(try succeed(fit).contains("note: no clock: times count in frames"))
      #expect(try succeed(["evaluate", model]).contains("no clock: times count in frames"))
      let export = ["export", model, "-o", folder.file("traces.nwb")]
      try expectRefusal(export, 64, "no clock", "--dt S or --rate HZ", in: folder.path)
      try succeed(export + ["--rate", "4"])
      let times = try readVector(
        folder.file("traces.nwb"), "/processing/ganglion/recorded/timestamps")
      #expect(times[1] - times[0] == 0.25)
      #expect(try !succeed(fit + ["--dt", "0.25"]).contains("no clock"))
    }

    /// Computed numbers are printed as people write them.
    @Test func plainNumbers() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("x.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "6", "--frames", "200", "--dt", "0.1", "-o", recording,
      ])
      let text = try succeed([
        "fit", recording, "-o", folder.file("m.h5"), "--alpha", "auto", "--lambda", "auto",
      ])
      #expect(text.contains("chosen on held-out blocks: alpha 0."), "\(text)")
      #expect(!text.contains(/\d\.\d{9,}/), "\(text)")
    }
  }
}
