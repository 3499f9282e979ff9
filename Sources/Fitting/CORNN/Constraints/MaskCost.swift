/// What a mask adds to a neuron's fit, in flops: how its projection is chosen.
struct MaskCost {
  let samples: Double
  let regressors: Double
  /// Iterations to expect.
  var iterations = 60.0
  /// Steps of a projection that is iterated.
  var steps = 35.0

  init(samples: Int, regressors: Int) {
    self.samples = Double(samples)
    self.regressors = Double(regressors)
  }

  /// One iteration of the primal form without its preconditioner, and with that of the
  /// whole matrix.
  private var bare: Double { 4 * samples * regressors }
  private var whole: Double { bare + 2 * regressors * regressors }

  /// Flops of a factor; infinite where a neuron alone would hold more than a gibibyte for it.
  private func factor(_ order: Double, _ users: Double) -> Double {
    users <= 1 && 8 * order * order > 0x1p30 ? .infinity : order * order * order / 3 / users
  }

  /// Which matrix the primal form factors for m forbidden regressors, and the flops a
  /// neuron then takes.
  ///
  /// `users` fits share the factor; less than 1 for a fit that takes several.
  func primal(forbidden: Int, users: Double) -> (side: MaskProjection.Side, flops: Double) {
    let m = Double(forbidden)
    let k = regressors - m
    guard forbidden > 0 else { return (.forbidden, iterations * whole) }
    let onForbidden =
      factor(m, users) + iterations * (bare + 4 * regressors * regressors + 2 * m * m)
    let onAllowed = factor(k, users) + iterations * (bare + 2 * k * k)
    let step =
      2 * regressors * regressors + min(2 * regressors * regressors, bare)
    let iterated = iterations * (whole + steps * step)
    let least = min(onForbidden, onAllowed, iterated)
    if least == iterated { return (.neither, iterated) }
    return least == onForbidden ? (.forbidden, onForbidden) : (.allowed, onAllowed)
  }

  /// Which matrix is factored for a neuron.
  func side(for exclusion: Exclusion, isDual: Bool) -> MaskProjection.Side {
    let m = exclusion.set.count
    let users = Double(exclusion.users)
    return isDual ? dual(forbidden: m, users: users).side : primal(forbidden: m, users: users).side
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
      factor(m, users) + (2 * t * t * m + 2 * m * m * t) / users
      + iterations * (4 * t * t + through + 2 * m * m)
    let onAllowed =
      factor(k, users) + 2 * k * k * t / users + iterations * (through + 2 * k * k)
    return onForbidden <= onAllowed ? (.forbidden, onForbidden) : (.allowed, onAllowed)
  }
}
