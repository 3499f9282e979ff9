import Foundation
import HDF5
import Kernels
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// The kernels that a program gets, whatever OpenBLAS would choose here.
  @Suite struct KernelTests {
    /// Runs `generate` and returns what it left behind, and the kernels its file names.
    private func generate(
      _ environment: [String: String], ranks: Int? = nil, flags: [String] = [],
      through loader: [String] = []
    ) throws -> (result: LaunchResult, kernels: String) {
      let directory = try TemporaryDirectory()
      let path = directory.file("recording.h5")
      let result = try launch(
        ranks: ranks,
        command: loader + [
          try #require(program), "generate", "chaotic", "--neurons", "20", "--frames", "50", "-o",
          path,
        ] + flags, environment: environment)
      try #require(result.status == 0, "\(result.errors)")
      return (result, try kernels(of: path))
    }

    private func kernels(of path: String) throws -> String {
      try #require(try File.open(path).attribute("blas_kernels")?.string)
    }

    /// What OpenBLAS chooses by itself where it holds to its oldest kernels.
    private let old = ["OPENBLAS_CORETYPE": "Prescott", "GANGLION_TEST_KERNELS": "old-choice"]

    /// Whether this machine has more than OpenBLAS's oldest kernels.
    nonisolated private static let hasBetter: Bool =
      BLAS.configuration.contains("DYNAMIC_ARCH") && processorLevel >= 3

    @Test(.enabled(if: hasBetter, "no better kernels here"), arguments: [nil, 3])
    func anOldChoiceOfTheLibraryIsMended(ranks: Int?) throws {
      let (result, kernels) = try generate(old, ranks: ranks)
      #expect(["Cooperlake", "SkylakeX", "Haswell"].contains(kernels))
      #expect(!result.errors.contains("warning"), "\(result.errors)")
    }

    /// The loader tells of each start, with the number of the process.
    @Test(.enabled(if: hasBetter, "no better kernels here"))
    func theProgramStartsOnceMoreInTheSameProcess() throws {
      let starts = try generate(old.merging(["LD_DEBUG": "files"]) { $1 }).result.errors
        .split(separator: "\n").filter { $0.contains("initialize program: ") }
        .compactMap { $0.split(whereSeparator: { $0 == ":" || $0 == " " }).first }
      // The first is `timeout`, which starts the program.
      let own = starts.last
      #expect(starts.filter { $0 == own }.count == 2, "\(starts)")
    }

    @Test(.enabled(if: hasBetter, "no better kernels here"))
    func kernelsThatMultiplyWronglyAreNotUsed() throws {
      // OpenBLAS's own choice, which may be right or not.
      let own = try generate(["GANGLION_TEST_KERNELS": "wrong-product"])
      let (result, kernels) = try generate([
        "OPENBLAS_CORETYPE": "Prescott", "GANGLION_TEST_KERNELS": "old-choice wrong-product",
      ])
      #expect(kernels == own.kernels)
      #expect(result.errors.components(separatedBy: "multiply wrongly").count <= 2)
    }

    /// Started through the loader by hand, the program's own file is not known.
    @Test(
      .enabled(
        if: hasBetter && FileManager.default.fileExists(atPath: loader), "no better kernels here"))
    func whereItCannotStartAgainItSaysWhatToSet() throws {
      let (result, kernels) = try generate(old, through: [Self.loader])
      #expect(kernels == "Prescott")
      #expect(result.errors.contains("set OPENBLAS_CORETYPE="))
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }

    nonisolated private static let loader = "/lib64/ld-linux-x86-64.so.2"

    /// What the program has set for itself is not the choice of what it starts.
    @Test(.enabled(if: hasBetter, "no better kernels here"))
    func childrenChooseForThemselves() throws {
      let directory = try TemporaryDirectory()
      let launcher = directory.file("mpirun")
      try "#!/bin/sh\nenv >\(directory.file("environment"))\nexit 1\n".write(
        toFile: launcher, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: launcher)
      let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
      _ = try launch(
        ranks: nil,
        command: [
          try #require(program), "scaling", directory.file("study"), "--ranks", "1", "--launcher",
          "mpirun", "--", "fit", "recording.h5",
        ], environment: old.merging(["PATH": "\(directory.path):\(path)"]) { $1 })
      let variables = try String(
        contentsOfFile: directory.file("environment"), encoding: .utf8)
      #expect(!variables.contains("OPENBLAS_CORETYPE="))
      #expect(!variables.contains("GANGLION_KERNELS="))
    }

    @Test func aStudyOfMoreThreadsThanCoresIsRefused() throws {
      let directory = try TemporaryDirectory()
      try expectRefusal(
        [
          "scaling", directory.file("study"), "--ranks", "1", "--threads", "1,1000", "--launcher",
          "mpirun", "--", "fit", "recording.h5",
        ], 64, "--threads 1000 is more than the", in: directory.path)
    }

    @Test(.enabled(if: hasBetter, "no better kernels here"), arguments: [nil, 3])
    func aUsersChoiceIsRespectedWithOneWarning(ranks: Int?) throws {
      let (result, kernels) = try generate(["OPENBLAS_CORETYPE": "Prescott"], ranks: ranks)
      #expect(kernels == "Prescott")
      let warnings = result.errors.components(separatedBy: "ganglion: warning: ").count - 1
      #expect(warnings == 1, "\(result.errors)")
      #expect(result.errors.contains("OPENBLAS_CORETYPE=Prescott"))
      let (quiet, _) = try generate(["OPENBLAS_CORETYPE": "Prescott"], flags: ["--quiet"])
      #expect(quiet.errors.isEmpty)
    }

    /// What one process leaves for itself across its restart means nothing to another.
    @Test func anothersNoteIsIgnored() throws {
      let chosen = try generate([:]).kernels
      #expect(try generate(["GANGLION_KERNELS": "1 2 Prescott"]).kernels == chosen)
      #expect(try generate(["GANGLION_KERNELS": "nonsense"]).kernels == chosen)
    }

    @Test(arguments: [nil, 3]) func tooManyThreadsAreCappedWithOneLine(ranks: Int?) throws {
      let (result, _) = try generate([:], ranks: ranks, flags: ["--threads", "1000"])
      let lines = result.errors.split(separator: "\n")
      #expect(lines.count == 1, "\(result.errors)")
      #expect(lines.first?.hasPrefix("ganglion: warning: --threads 1000 is more than ") == true)
    }

    @Test func fitAndTrainNameTheKernels() throws {
      let directory = try TemporaryDirectory()
      let (recording, model) = (directory.file("r.h5"), directory.file("m.h5"))
      try succeed(["generate", "chaotic", "--neurons", "20", "--frames", "200", "-o", recording])
      let kernels = try kernels(of: recording)
      let fit = try succeed([
        "fit", recording, "--alpha", "0.1", "--lambda", "1e-3", "-o", model, "--timings",
      ])
      #expect(fit.contains("(\(kernels) kernels)"), "\(fit)")
      let run = directory.file("run.h5")
      try succeed([
        "train", "lorenz", "--hidden", "8", "--steps", "5", "--iterations", "2", "-o", run,
      ])
      let scores = directory.file("scores.h5")
      try succeed(["evaluate", model, "-o", scores])
      for path in [model, run, scores] {
        #expect(try self.kernels(of: path) == kernels)
      }
    }
  }

  /// Commands side by side, as `xargs -P` and workflow managers start them.
  @Suite struct SingletonTests {
    @Test func manyAtOnceAllSucceed() throws {
      let directory = try TemporaryDirectory()
      let recording = directory.file("r.h5")
      try succeed(["generate", "chaotic", "--neurons", "5", "--frames", "30", "-o", recording])
      let result = try launch(
        ranks: nil,
        command: [
          "sh", "-c",
          "seq 64 | xargs -P 16 -n 1 sh -c '\"$0\" inspect \"$1\" >\"$1.$2\"' \"$0\" \"$1\"",
          try #require(program), recording,
        ])
      #expect(result.output.isEmpty && result.errors.isEmpty, "\(result.errors)")
      #expect(result.status == 0)
    }
  }
}
