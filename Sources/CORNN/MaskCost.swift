/// What a mask adds to a neuron's fit, in flops: how its projection is chosen.
struct MaskCost {
  let samples: Double
  let regressors: Double
  /// Iterations to expect.
  var iterations = 60.0
  /// Iterations that an exact projection saves over a truncated one (measured at N = 60,
  /// T = 240: 120 to 480 at a tolerance of 1e-6); a factor that costs more is not taken.
  var saved = 200.0

  init(samples: Int, regressors: Int) {
    self.samples = Double(samples)
    self.regressors = Double(regressors)
  }

  /// One iteration of the primal form without its preconditioner, and with that of the
  /// whole matrix.
  private var bare: Double { 4 * samples * regressors }
  private var whole: Double { bare + 2 * regressors * regressors }

  /// Which matrix the primal form factors for m forbidden regressors, and the flops a
  /// neuron then takes.
  ///
  /// `users` fits share the factor; less than 1 for a fit that takes several.
  func primal(forbidden: Int, users: Double) -> (side: MaskProjection.Side, flops: Double) {
    let m = Double(forbidden)
    let k = regressors - m
    guard forbidden > 0 else { return (.truncated, iterations * whole) }
    let factors = (forbidden: m * m * m / 3, allowed: k * k * k / 3)
    let onForbidden =
      factors.forbidden / users
      + iterations * (bare + 4 * regressors * regressors + 2 * m * m)
    let onAllowed = factors.allowed / users + iterations * (bare + 2 * k * k)
    let truncated = (iterations + saved) * whole
    let least = min(onForbidden, onAllowed, truncated)
    if least == truncated { return (.truncated, truncated) }
    return least == onForbidden ? (.forbidden, onForbidden) : (.allowed, onAllowed)
  }

  /// The same of the dual form, which needs an exact projection.
  func dual(forbidden: Int, users: Double) -> (side: MaskProjection.Side, flops: Double) {
    let m = Double(forbidden)
    let k = regressors - m
    let t = samples
    guard forbidden > 0 else { return (.forbidden, iterations * 2 * t * t) }
    // To the regressors and back, for all of them: one product for the whole panel.
    let through = 4 * regressors * t
    let onForbidden =
      (m * m * m / 3 + 2 * t * t * m + 2 * m * m * t) / users
      + iterations * (4 * t * t + through + 2 * m * m)
    let onAllowed =
      (k * k * k / 3 + 2 * k * k * t) / users + iterations * (through + 2 * k * k)
    return onForbidden <= onAllowed ? (.forbidden, onForbidden) : (.allowed, onAllowed)
  }
}
