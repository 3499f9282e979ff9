import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// Flags that a command line gives in vain, twice, or misspelt: refused before any work.
  @Suite struct FlagTests {
    /// A command line that would run but for a flag without effect, and that flag.
    nonisolated struct Vain: CustomTestStringConvertible, Sendable {
      let line: String
      let flag: String
      var testDescription: String { line }

      init(_ line: String, _ flag: String) { (self.line, self.flag) = (line, flag) }
    }

    /// Expects a command line to be refused as wrong (64), with words; returns what it said.
    @discardableResult
    private func expectUsage(_ line: String, _ text: String) throws -> String {
      let result = try ganglion(line.split(separator: " ").map(String.init))
      #expect(result.status == 64 && result.errors.contains(text), "\(line): \(result)")
      return result.errors
    }

    /// No file is there: what is wrong with the flags is said before any is looked for.
    @Test(arguments: [
      Vain("generate chaotic -o x.h5 --output-noise 0 --noise laplace", "--noise"),
      Vain("generate flipflop -o x.h5 --output-noise 0 --noise poisson", "--noise"),
      Vain("generate timed-response -o x.h5 --output-noise 0 --noise gaussian", "--noise"),
      Vain("inspect x.h5 --json --all", "--all"),
      Vain("inspect x.h5 --quiet", "--quiet"),
      Vain("inspect x.h5 --threads 2", "--threads"),
      Vain("fit x.h5 -o m.h5 --threshold 0.3", "--threshold"),
      Vain("fit x.h5 -o m.h5 --loss auto --threshold 0.2", "--threshold"),
      Vain("fit x.h5 -o m.h5 --loss robust --noise-ratio 0.1", "--noise-ratio"),
      Vain("fit x.h5 -o m.h5 --holdout 0 --rollout-starts 5", "--rollout-starts"),
      Vain("fit x.h5 -o m.h5 --horizon 10", "--horizon"),
      Vain("fit x.h5 -o m.h5 --dry-run --quiet", "--quiet"),
      Vain("fit x.h5 -o m.h5 --start-scale 2", "--start-scale"),
      Vain("fit x.h5 -o m.h5 --method newton --method-seed 2", "--method-seed"),
      Vain("fit x.h5 -o m.h5 --method newton --learning-rate 0.1", "--learning-rate"),
      Vain("fit x.h5 -o m.h5 --minibatch 10", "--minibatch"),
      Vain("fit x.h5 -o m.h5 --until 0.9", "--until"),
      Vain("fit x.h5 -o m.h5 --method adam --curve", "--curve"),
      Vain("fit x.h5 -o m.h5 --quiet --timings", "--timings"),
      Vain("train flipflop -o m.h5 --optimizer adam --precision mixed", "--precision"),
      Vain("train lorenz -o r.h5 --quiet --timings", "--timings"),
      Vain("plan train lorenz --timings", "--timings"),
      Vain("evaluate m.h5 --quiet", "--quiet"),
      Vain("evaluate m.h5 -o s.h5 --quiet --json", "--json"),
      Vain("simulate m.h5 -o s.h5 --noise laplace", "--noise"),
      Vain("simulate m.h5 -o s.h5 --no-inputs", "--no-inputs"),
      Vain("simulate m.h5 -o s.h5 --start-frame 0", "--start-frame"),
      Vain("simulate m.h5 -o s.h5 --traces /t", "--traces"),
      Vain("simulate m.h5 -o s.h5 --recording x.h5 --seed 3", "--seed"),
      Vain("simulate m.h5 -o s.h5 --input-noise-kind laplace", "--input-noise-kind"),
      Vain("simulate m.h5 -o s.h5 --noise-smoothing 5x3", "--noise-smoothing"),
      Vain(
        "generate chaotic -o x.h5 --input-noise 0 --input-noise-kind poisson", "--input-noise-kind"),
      Vain("train flipflop -o r.h5 --leak 0.5", "--leak"),
      Vain("train flipflop -o r.h5 --cell rate --trained all", "--trained"),
      Vain("train timed-response -o r.h5 --cell rate", "--cell"),
      Vain("train lorenz -o r.h5 --bits 3", "--bits"),
      Vain("train lorenz -o r.h5 --dimensions 1", "--dimensions"),
      Vain("train lorenz -o r.h5 --trained all", "--trained"),
      Vain("train kalman -o r.h5 --cell residual", "--cell"),
      Vain("train kalman -o r.h5 --supervision every", "--supervision"),
      Vain("train reach -o r.h5 --classes 3", "--classes"),
      Vain("train double-reach -o r.h5 --leak 0.1", "--leak"),
      Vain("train delayed-addition -o r.h5 --data here", "--data"),
      Vain("train flipflop -o r.h5 --targets a.h5:/b", "--targets"),
      Vain("train flipflop -o r.h5 --drive a.h5:/b", "--drive"),
      Vain("train one-shot -o r.h5 --steps 20", "--steps"),
      Vain("train mnist --data here -o r.h5 --steps 20", "--steps"),
      Vain("train flipflop -o r.h5 --optimizer adam --tangents 8", "--tangents"),
      Vain("train flipflop -o r.h5 --optimizer adam --tangent-kind gaussian", "--tangent-kind"),
      Vain("train flipflop -o r.h5 --optimizer adam --grid 1x1", "--grid"),
      Vain("train flipflop -o r.h5 --optimizer force --damping-rule search", "--damping-rule"),
      Vain("train flipflop -o r.h5 --optimizer fgd --damping 0.1", "--damping"),
      Vain("train flipflop -o r.h5 --optimizer adam --whitening 0", "--whitening"),
      Vain("train flipflop -o r.h5 --optimizer fgd --orthonormal", "--orthonormal"),
      Vain("train flipflop -o r.h5 --optimizer force --learning-rate 1", "--learning-rate"),
      Vain("train flipflop -o r.h5 --clip 1", "--clip"),
      Vain("train flipflop -o r.h5 --optimizer adam --force-alpha 1", "--force-alpha"),
      Vain("train lorenz --dry-run --quiet", "--quiet"),
      Vain("plan --neurons 9 --frames 99 --strict", "--strict"),
      Vain("plan fit --neurons 9 --frames 99 --quiet", "--quiet"),
      Vain("plan --neurons 9 --frames 99 --holdout 0 --rollout-starts 4", "--rollout-starts"),
      Vain("plan --neurons 9 --frames 99 --recording x.h5", "--recording"),
      Vain("plan train lorenz -o r.h5", "--output"),
      Vain("plan train lorenz --checkpoint c.h5", "--checkpoint"),
      Vain("plan train lorenz --dry-run", "--dry-run"),
      Vain("plan train lorenz --bits 3", "--bits"),
      Vain("scaling study --collect --runs 2", "--runs"),
      Vain("scaling study --collect --ranks 1,2", "--ranks"),
      Vain("scaling study --submit --launcher srun -- fit x.h5", "--launcher"),
      Vain("scaling study --submit --machine m.json -- fit x.h5", "--machine"),
      Vain("scaling study --job-file job -- fit x.h5", "--job-file"),
      Vain("scaling study --sbatch=--time=3 -- fit x.h5", "--sbatch"),
      Vain("scaling study --weak --collect", "--weak"),
      Vain("scaling study --weak -- fit x.h5", "--weak"),
      Vain("scaling study --generate chaotic -- fit x.h5", "--generate"),
      Vain("scaling study --machine m.json -- train lorenz", "--machine"),
      Vain("follow x.h5 --replay max -o m.h5 --holdout 0.1", "--holdout"),
      Vain("follow x.h5 --replay max -o m.h5 --threshold 0.1", "--threshold"),
      Vain("follow x.h5 --replay max -o m.h5 --budget 0.5", "--budget"),
      Vain("follow x.h5 --replay 30 -o m.h5 --cells 5", "--cells"),
      Vain("follow x.h5 --replay 30 -o m.h5 --framed", "--framed"),
      Vain("follow - --framed -o m.h5 --traces /t", "--traces"),
      Vain("follow - --cells 5 --rate 3 -o m.h5 --reorder 2", "--reorder"),
      Vain("doctor --no-files --directory here", "--directory"),
      Vain("doctor --no-files --time-limit 9", "--time-limit"),
      Vain("doctor --quiet", "--quiet"),
    ])
    func vain(_ vain: Vain) throws {
      let errors = try expectUsage(vain.line, "\(vain.flag) does nothing here: ")
      #expect(errors.contains("leave it out"), "\(errors)")
    }

    /// A value is given once, but where a list is meant.
    @Test func onlyOnce() throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        ["fit", "x.h5", "-o", "m.h5", "--alpha", ".1", "--alpha=.3"], 64,
        "--alpha is given twice (.1, .3)", in: folder.path)
      try expectRefusal(
        ["generate", "chaotic", "-o", "a.h5", "--output", "b.h5"], 64, "--output is given twice",
        in: folder.path)
      for line in ["doctor --json --json", "evaluate m.h5 --starts 2 --starts 3 --starts 4"] {
        try expectUsage(line, "takes it once")
      }
      for line in [
        "fit x.h5 -o m.h5 --inputs /a --inputs /b", "evaluate m.h5 --recording a --recording b",
      ] {
        let result = try ganglion(line.split(separator: " ").map(String.init))
        #expect(result.status == 66, "\(result)")
      }
    }

    @Test(arguments: [
      ("fti x.h5", "did you mean fit?"), ("evalute m.h5", "did you mean evaluate?"),
      ("plot m.h5", "(generate, inspect, fit"),
      ("generate chaotc -o x.h5", "did you mean chaotic?"),
      ("plan trian lorenz", "did you mean train?"), ("help reprot", "did you mean report?"),
      ("train lorens -o r.h5", "did you mean lorenz?"),
      ("fit x.h5 --lamda 1", "no flag --lamda: did you mean --lambda?"),
      ("fit x.h5 -o m.h5 --optimizer sofo", "it belongs to ganglion train"),
      ("generate chaotic -o x.h5 --bits 3", "it belongs to ganglion generate flipflop"),
      ("fit x.h5 -o m.h5 --loss robus", "squared or auto: did you mean robust?"),
      ("simulate m.h5 -o s.h5 --noise gausian", "did you mean gaussian?"),
    ])
    func didYouMean(line: String, text: String) throws {
      let errors = try expectUsage(line, text)
      // The way to the help is said once.
      #expect(errors.components(separatedBy: "--help").count == 2, "\(errors)")
    }

    /// What is wrong, with what is expected, for each kind of value.
    @Test(arguments: [
      ("generate chaotic -o x.h5 --neurons 1e3", "--neurons is 1e3, expected a whole number"),
      ("fit x.h5 -o m.h5 --alpha abc", "--alpha is abc, expected: Leak dt/tau in (0, 1]"),
      ("fit x.h5 -o m.h5 --alpha 3", "--alpha is 3, expected a number in (0, 1]"),
      ("fit x.h5 -o m.h5 --holdout half", "--holdout is half, expected: Last share of the frames"),
      ("fit x.h5 -o m.h5 --form dul", "--form is dul, expected auto, primal or dual: did you mean"),
      ("fit x.h5 -o m.h5 --lambda", "--lambda has no value, expected: Ridge per frame L > 0"),
      ("fit", "<recordings> is missing, expected: The recording"),
      ("plan --frames 99", "--neurons is missing, expected: Neurons, at least 1"),
      ("report m.h5", "--output is missing, expected: The page to write"),
      ("train lorenz -o r.h5 --grid two", "--grid is two, expected: Ranks as TANGENTSxBATCH"),
      ("train lorenz -o r.h5 --seed -1", "--seed is -1, expected"),
      ("scaling study --ranks 1,x -- fit a", "--ranks is 1,x, expected: Numbers of ranks"),
      ("fit x.h5 -o m.h5 --threads 0", "--threads is 0, expected: Threads a rank, or auto"),
    ])
    func expectedValue(line: String, text: String) throws { try expectUsage(line, text) }

    /// What does nothing in this file, or beside this result, is known when it is opened.
    @Test func ofTheFile() throws {
      let folder = try TemporaryDirectory()
      let (recording, model, fit) = try sampleFit(in: folder)
      for (flags, word) in [
        (["--bin", "0.1"], "--bin does nothing"), (["--max-gap", "3"], "--max-gap does nothing"),
        (["--resample", "none"], "--resample does nothing"),
        (["--dt", "0.1", "--low-pass", "5"], "half their rate, 5 Hz"),
        (["--low-pass", "1"], "needs a clock"),
      ] {
        try expectRefusal(fit + flags, 64, word, in: folder.path)
      }
      try succeed(fit + ["--holdout", "0"])
      for flags in [
        ["--horizon", "2"], ["--starts", "3"], ["--attractor-frames", "20"],
        ["--fixed-points", "2"],
      ] {
        try expectRefusal(
          ["evaluate", model] + flags, 64, "\(flags[0]) does nothing here: no frame was held out",
          in: folder.path)
      }
      try FileManager.default.removeItem(atPath: recording)
      try expectRefusal(
        ["report", model, "-o", folder.file("page.html"), "--dt", "0.1"], 64,
        "--dt does nothing here", "not where it was", in: folder.path)
      try expectRefusal(
        ["evaluate", model, "--truth", model, "--horizon", "3"], 65, "/truth/W", in: folder.path)
    }

    @Test func ofModelsOnly() throws {
      let folder = try TemporaryDirectory()
      let run = folder.file("run.h5")
      try succeed([
        "train", "flipflop", "--hidden", "6", "--steps", "8", "--batch", "4", "--tangents", "4",
        "--iterations", "2", "--held-out", "4", "-o", run,
      ])
      for flags in [["--eigen-limit", "1500"], ["--scores", run], ["--dt", "1"]] {
        try expectRefusal(
          ["report", run, "-o", folder.file("page.html")] + flags, 64,
          "\(flags[0]) does nothing here", "run of train", in: folder.path)
      }
    }

    @Test func version() throws {
      for line in [["--version"], ["fit", "--version"], ["generate", "chaotic", "--version"]] {
        let text = try succeed(line)
        #expect(text.contains(/^ganglion \d+\.\d+\.\d+ \(commit ([0-9a-f]{40}|unknown).*\)\n$/))
      }
    }
  }
}
