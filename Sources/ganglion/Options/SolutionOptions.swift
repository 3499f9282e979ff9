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
      double, float (float32 iterations of the primal form), mixed (float in the primal form; \
      in the dual only products, until a solution is verified in double), or auto: mixed unless the tolerance is below 1e-5. The Gram matrix \
      and its factor are float64 in any case.
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
