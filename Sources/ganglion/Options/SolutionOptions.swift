internal import ArgumentParser
internal import CORNN
internal import Wording

/// How the weights are stored.
enum WeightStorage: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// W, neurons × neurons.
  case full
  /// Its two factors, neurons × transitions and regressors × transitions.
  case factored
}

/// How it is solved.
struct SolutionOptions: ParsableArguments {
  @Option(help: "primal (work ~ N²), dual (work ~ T²), or auto: the cheaper one.")
  var form = Configuration.Form.auto
  @Option(
    help: """
      double; mixed (iterations in whitened features, with products of 16 bits where the processor has \
      matrix units for them, else of float32; residuals are measured in the whole problem); float \
      (mixed, refused in the dual form); or auto: mixed unless the tolerance is below 1e-5 or the fit \
      is small. The Gram matrix and what is factored of it are float64 in any case.
      """)
  var precision = Precision.auto
  @Option(
    help: """
      full: W; factored (dual form): sample coefficients and regressors with W = b·xᵀ, for \
      networks whose W is too large; see Scripts/expand-weights.
      """)
  var weights = WeightStorage.full
  @Option(help: "A neuron is solved when its relative optimality residual is below this.")
  var tolerance = 1e-4
  @Option(help: "Most iterations, at least 1.") var iterations = 200
  @Flag(help: "Exit with code 1 if a neuron did not reach the tolerance.") var strict = false

  func validate() throws {
    try requireFinite(["--tolerance": tolerance])
    try require(tolerance > 0, "--tolerance is \(asGiven(tolerance)), expected a number > 0")
    try require(iterations >= 1, "--iterations is \(iterations), expected at least 1")
  }
}

extension Configuration.Form: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
