internal import Collectives
package import Differentiation
internal import Wording

/// The settings of `SubspaceOptimizer`.
package struct SOFOConfiguration: Sendable, Equatable, Codable {
  /// Gauss-Newton, projected gradient or forward gradient.
  package var method = Method.gaussNewton
  /// K, the random directions of a step.
  package var tangents = 128
  package var kind = TangentKind.gaussian
  package var rule = DampingRule.relative
  /// λ, relative to the largest eigenvalue; in [0, 1], 0 under the rule `relative` only.
  package var damping = 1e-5
  /// η; 1 is a whole Gauss-Newton step.
  package var learningRate = 1.0
  /// Let the directions count as orthonormal, without forming them.
  package var orthonormal = false
  /// ε of `InputWhitening`, relative to the mean variance of a matrix's inputs; 0 for isotropic
  /// directions.
  package var whitening = 0.0
  /// Round the operands of large products of tangents to bfloat16; in single precision only.
  package var rounded = false
  package var seed: UInt64 = 0
  /// Bytes that the widest value of a tile of tangents may take: larger products run nearer
  /// to the machine's peak, up to where the tile leaves the caches.
  package var tileBytes = 1536 << 10

  package init() {}

  /// Checks the settings against a program, a batch and a grid.
  ///
  /// - Throws: `SOFOError` with what to change.
  package func validate(_ program: Program, batch: Int, grid: Grid) throws(SOFOError) {
    let p = program.freeParameterCount
    guard tangents >= 1 else { throw .configuration("--tangents \(tangents): at least 1") }
    guard tangents <= p else {
      throw .configuration(
        "--tangents \(tangents): the network has \(p) free parameters; use at most \(p)")
    }
    guard grid.batch <= batch else {
      throw .configuration(
        "--grid \(grid): \(grid.batch) ranks cannot share a batch of \(batch); "
          + "use a larger --batch or more ranks along the tangents")
    }
    guard (0...1).contains(damping) else {
      throw .configuration(
        "--damping \(asGiven(damping)): 0 to 1, for it is relative to the largest eigenvalue")
    }
    guard damping > 0 || rule == .relative else {
      throw .configuration(
        "--damping 0: --damping-rule \(rule.rawValue) multiplies it; give one above 0, or "
          + "--damping-rule relative")
    }
    guard whitening == 0 || whitening >= 1e-4, whitening.isFinite else {
      throw .configuration("--whitening \(asGiven(whitening)): 0 (isotropic), or 1e-4 or more")
    }
    guard whitening == 0 || (method == .gaussNewton && !orthonormal) else {
      throw .configuration(
        "--whitening \(asGiven(whitening)): only for --optimizer sofo, and not with --orthonormal; "
          + "leave one of them out")
    }
    guard learningRate > 0, learningRate.isFinite else {
      throw .configuration("--learning-rate \(asGiven(learningRate)): above 0")
    }
  }
}

extension Method: Codable {}
extension TangentKind: Codable {}
extension DampingRule: Codable {}

/// Why training cannot start or go on.
package enum SOFOError: ExitCoded, Equatable {
  /// Settings that cannot work, with what to give instead.
  case configuration(String)
  /// The loss is not finite although no step was taken.
  case nonFiniteLoss(iteration: Int)

  package var exitCode: Int32 {
    switch self {
    case .configuration: ExitCode.configuration
    case .nonFiniteLoss: ExitCode.badData
    }
  }

  package var description: String {
    switch self {
    case .configuration(let text): text
    case .nonFiniteLoss(let iteration):
      "the loss is not finite at iteration \(iteration), before a step was taken: "
        + "the data or the initial parameters are out of range; check them for NaN, and "
        + "try smaller initial weights or fewer --steps"
    }
  }
}
