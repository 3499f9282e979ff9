internal import ArgumentParser
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results

/// `ganglion evaluate`: how good a fitted network is.
struct EvaluateCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Scores a fitted network.",
    discussion: """
      Connectivity against the truth of a generated recording (off-diagonal weights); \
      one-step prediction of the held-out frames, and free-running prediction from held-out \
      frames, against persistence (r[t+1] = r[t]), each neuron's mean over the fitted frames, \
      and a linear model (ridge regression of the increment on rates, inputs and a constant, \
      trained on the fitted frames with a ridge of its own, chosen on blocks of them).

      A free run of the longest held-out stretch is compared with what was recorded: the \
      distribution of each neuron's rates (Wasserstein's distance, in standard deviations) \
      and its power spectrum (Welch's estimate, Hellinger's distance from 0 to 1), beside \
      the same distances of the recording's fitted part.

      Where the recording has the readout of the network that made it (/truth/W_out), trials \
      are run from their starts, and rates and readout held against the recorded ones; with \
      --fixed-points, the points are matched with those of /truth/W. Where the model has \
      some of the network's cells, give --truth a recording of all of them, made by the same \
      flags: the points are then matched by the cells that the model has.

      Another recording than the fitted one is read and preprocessed as the fitted one was. \
      Its last frames are scored, as large a share as the fit held out; the linear model is \
      trained on the others, the network on none of them. It must have the model's neurons \
      under the model's names, in its order, and its frame time.

      --standard-errors: how far a weight would move if the recording were made anew (sandwich), \
      and how far the ridge pulls it at the root mean square if the true weights onto its neuron \
      have one size and independent signs. The two make no interval of the true weight: a few \
      large weights among many zeros are pulled by more.

      --perturbed: a table of trials in which cells were stimulated, with the columns frame (from \
      0) or time (seconds) of the onset, cells (names), and where the stimulus is known amount \
      (added to the current of the cells) and frames (for how many); where it is not, the \
      stimulated cells are held at what was recorded of them. From the frame before the onset \
      the network runs stimulated and not; the difference is held against the recording less \
      the unperturbed continuation, over the cells that were not stimulated. Cells that are held \
      at their recorded rates foretell others without any stimulus, too.

      --nulls: which weights targets without any relation to the other neurons would not have \
      given. Two neurons that follow one drive have such a relation, and no connection: components \
      of the population stand beside the regressors for that, one more than parallel analysis tells \
      from chance. What they carry is lost, connections that make neurons alike among it; and where \
      neurons are alike by their own dynamics, components make weights that are not there. So where \
      any are taken there are nulls without them, too, and the larger of the two p values counts \
      (intersection-union test): a weight is found where both find it.

      Examples:
        ganglion evaluate mouse-model.h5 -o mouse-scores.h5
        ganglion evaluate mouse-model.h5 --recording next-day.nwb
        ganglion evaluate mouse-model.h5 --currents --regions mouse.h5:/region
        ganglion evaluate mouse-model.h5 --nulls 100 -o mouse-nulls.h5
        ganglion evaluate mouse-model.h5 --split-halves --bootstrap 40
      """)

  @Argument(help: "A model that `ganglion fit` wrote.") var model: String
  @Option(
    help: "The recording to predict; may be repeated as in `fit`; default: what was fitted.")
  var recording: [String] = []
  @Option(
    help: """
      A file with /truth/W, of the model's neurons or of more, which it then names; default: the \
      recording, if it holds it.
      """)
  var truth: String?
  @Option(
    help: """
      Frames of free-running prediction, at least 1; default: 50, or a quarter of the \
      held-out frames if that is less.
      """)
  var horizon: Int?
  @Option(help: "Held-out frames to run freely from, at least 1; default: 20.") var starts: Int?
  @Option(
    help: """
      Most frames of the free run that is compared with the recorded states, at least 16, or \
      0: none; default: 2000.
      """)
  var attractorFrames: Int?
  @Option(
    help: ArgumentHelp(
      """
      Search the network's fixed points from this many recorded frames, inputs at their \
      means, by damped Gauss-Newton steps, and the eigenvalues of the Jacobian there.
      """, valueName: "starts"))
  var fixedPoints: Int?
  @Option(
    help: ArgumentHelp(
      """
      Say what the weights onto these neurons are worth, by name with commas between, or all: \
      their sampling error at this ridge, and what the ridge itself takes. Needs the recording \
      that was fitted.
      """, valueName: "neurons"))
  var standardErrors: String?
  @Option(
    help: ArgumentHelp(
      """
      Hold what the network foresees of stimulated trials against what was measured, 1, 3 and 10 \
      frames after the onset: a CSV table of these trials, see above.
      """, valueName: "trials"))
  var perturbed: String?
  @OptionGroup(title: "Nulls") var nulls: NullOptions
  @OptionGroup(title: "Parts of the recording") var parts: PartOptions
  @Flag(
    help: """
      The currents W_AB r_B that each region A has from each region B, over all frames of the \
      recording: mean and root mean square over cells, and the leading component of what varies.
      """)
  var currents = false
  @Option(
    help: ArgumentHelp(
      """
      The region of each neuron in an HDF5 file, text or integers, for pairs of them and sums over \
      them; default: those of the fit, if it was given any.
      """, valueName: "FILE:PATH"))
  var regions: DatasetAddress?
  @Option(name: .shortAndLong, help: "Write the scores to this file too (HDF5).")
  var output: String?
  @Flag(help: "Print one JSON object in place of the table.") var json = false

  @OptionGroup(title: "What to read, if not as in the fit") var source: SourceOptions
  @OptionGroup var match: MatchOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    if let horizon { try require(horizon >= 1, "--horizon is \(horizon), expected at least 1") }
    if let starts { try require(starts >= 1, "--starts is \(starts), expected at least 1") }
    if let attractorFrames {
      try require(
        attractorFrames == 0 || attractorFrames >= 16,
        "--attractor-frames is \(attractorFrames), expected 0, or at least 16")
    }
    if let fixedPoints {
      try require(fixedPoints >= 1, "--fixed-points is \(fixedPoints), expected at least 1")
    }
    try source.validate()
    try Distinct.require(files: recording)
  }

  /// What is taken where the flags do not say.
  static let usualStarts = 20
  static let usualAttractorFrames = 2000

  /// Each step of the search factors a matrix of this order.
  static let mostNeuronsForFixedPoints = 5000

  var files: FileRoles {
    var files = FileRoles(
      reading: [
        ("the model", [model]), ("--recording", recording), ("--truth", [truth]),
        ("--perturbed", [perturbed]),
      ],
      source, common)
    files.read(regions?.file, as: "--regions")
    files.write(output, as: "-o", .result(of: "evaluate"))
    return files
  }

  func run<S: Scalar & Transferable & Storable>(
    _ model: ModelFile, in precision: S.Type, on world: borrowing Communicator
  ) throws {
    try EvaluateRun<S>(command: self, model: model).run(on: world)
  }
}
