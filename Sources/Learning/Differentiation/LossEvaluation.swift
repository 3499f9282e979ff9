package import LinearAlgebra
internal import RealModule

/// The loss of a step and what its derivatives need, in square-root form.
extension Arena {
  /// Evaluates the losses at the weight of a step, whose values are in place.
  ///
  /// - Returns: this rank's share of the loss.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func evaluateLosses(
    weight: Double, batch: Int, _ layout: ValueLayout
  ) -> Double {
    var sum = 0.0
    for (loss, slots) in zip(layout.program.losses, layout.losses) {
      switch loss.kind {
      case .squaredError:
        sum += squaredError(loss, slots, weight: weight, batch: batch, layout)
      case .crossEntropy:
        sum += crossEntropy(loss, slots, weight: weight, batch: batch, layout)
      }
    }
    return sum
  }

  /// factor = √(2 w weight / (B D)), residual = factor (y − y*), loss = ½ Σ residual².
  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func squaredError(
    _ loss: Loss, _ slots: ValueLayout.LossSlots, weight: Double, batch: Int,
    _ layout: ValueLayout
  ) -> Double {
    let y = layout[loss.output]
    let target = layout[loss.target]
    let common = S((2 * weight / Double(batch * y.columns)).squareRoot())
    if let register = loss.weight {
      spreadRoots(of: layout[register], scale: common, to: slots.factor)
    } else {
      var factor = mutableElements(slots.factor)
      for i in 0..<factor.count { factor[i] = common }
    }
    addColumns(
      of: y, from: 0, width: y.columns, scale: 1, to: slots.residual, at: 0, keep: false)
    addColumns(
      of: target, from: 0, width: y.columns, scale: -1, to: slots.residual, at: 0, keep: true)
    modulate(slots.residual, by: slots.factor, into: slots.residual, keep: false)
    let residual = elements(slots.residual)
    var sum = 0.0
    for i in 0..<residual.count { sum += Double(residual[i]) * Double(residual[i]) }
    return sum / 2
  }

  /// `target ← scale √weights`, one weight a row repeated over the columns.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func spreadRoots(of weights: Slot, scale: S, to target: Slot) {
    for b in 0..<target.rows {
      for d in 0..<target.columns {
        let index = weights.columns == 1 ? b : b * target.columns + d
        let root = scale * elements(weights)[index].squareRoot()
        var out = mutableElements(target)
        out[b * target.columns + d] = root
      }
    }
  }

  /// With q = softmax(y) and s = w weight / B: factor = √(s q), mean = q,
  /// residual = √(s / q) (q − y*), so that `Σ ỹ ỹᵀ` is `s Z (diag q − q qᵀ) Zᵀ`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func crossEntropy(
    _ loss: Loss, _ slots: ValueLayout.LossSlots, weight: Double, batch: Int,
    _ layout: ValueLayout
  ) -> Double {
    guard let mean = slots.mean else { return 0 }
    let y = layout[loss.output]
    let d = y.columns
    var sum = 0.0
    for b in 0..<y.rows {
      let own = loss.weight.map { Double(elements(layout[$0])[b]) } ?? 1
      let s = weight * own / Double(batch)
      var largest = -S.infinity
      for i in b * d..<(b + 1) * d { largest = max(largest, elements(y)[i]) }
      var total = 0.0
      for i in b * d..<(b + 1) * d { total += Double.exp(Double(elements(y)[i] - largest)) }
      for i in b * d..<(b + 1) * d {
        let logit = Double(elements(y)[i] - largest) - Double.log(total)
        // Below 1e-30 the probability would leave the range of Float.
        let q = max(Double.exp(logit), 1e-30)
        let wanted = Double(elements(layout[loss.target])[i])
        sum -= s * wanted * logit
        var span = mutableElements(slots.factor)
        span[i] = S((s * q).squareRoot())
        span = mutableElements(mean)
        span[i] = S(q)
        span = mutableElements(slots.residual)
        span[i] = S((s / q).squareRoot() * (q - wanted))
      }
    }
    return sum
  }
}
