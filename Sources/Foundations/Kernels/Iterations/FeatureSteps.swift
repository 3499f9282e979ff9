internal import CKernels

// The passes of one iteration in whitened features for one neuron, in float32: the state η with
// its penalty w = B η, the product h = Qᵀ E, the image z of the gradient h − w, a direction p with
// B p, and c, along which the neuron's own weight lies.

/// `⟨c, h − w⟩`.
package func featureOwn(product h: Span<Float>, penalty w: Span<Float>, own c: Span<Float>)
  -> Double
{
  requireEqualLengths(h.count, w.count, c.count)
  return ck_feature_own(h.count, h.pointer, w.pointer, c.pointer)
}

/// `z ← h − w − k c`; returns `⟨z, z⟩` and `⟨z, z′⟩` with z′ the z before.
package func featureImage(
  _ z: inout MutableSpan<Float>, product h: Span<Float>, penalty w: Span<Float>,
  correction k: Float, own c: Span<Float>
) -> (square: Double, crossing: Double) {
  requireEqualLengths(z.count, h.count, w.count, c.count)
  let sums = ck_feature_image(h.count, h.pointer, w.pointer, k, c.pointer, z.pointer)
  return (sums.first, sums.second)
}

/// `p ← z + β p`; returns `⟨z, p⟩` and `⟨c, p⟩` with the new p.
package func featureDirection(
  _ p: inout MutableSpan<Float>, beta: Float, image z: Span<Float>, own c: Span<Float>
) -> (slope: Double, own: Double) {
  requireEqualLengths(p.count, z.count, c.count)
  let sums = ck_feature_direction(z.count, z.pointer, beta, c.pointer, p.pointer)
  return (sums.first, sums.second)
}

/// `η ← η + t p`, `w ← w + t B p`.
package func featureAdvance(
  step t: Float, along p: Span<Float>, penalised: Span<Float>, state: inout MutableSpan<Float>,
  penalty w: inout MutableSpan<Float>
) {
  requireEqualLengths(p.count, penalised.count, state.count, w.count)
  ck_feature_advance(p.count, t, p.pointer, penalised.pointer, state.pointer, w.pointer)
}

/// `y ← d x`, entry by entry.
package func scale(
  _ x: Span<Float>, entrywiseBy d: Span<Float>, into y: inout MutableSpan<Float>
) {
  requireEqualLengths(x.count, d.count, y.count)
  ck_scale_by(x.count, d.pointer, x.pointer, y.pointer)
}

// The same where a metric of the row's own preconditions: m is what it makes of c.

/// The products of a gradient `v = h − w` with what an iteration sets it against.
package struct GradientSums {
  /// `⟨v, v⟩`, `⟨c, v⟩`, `⟨m, v⟩`.
  package let square: Double
  package let own: Double
  package let image: Double
  /// `⟨z, v⟩` with the image before.
  package let crossing: Double
}

/// `z ← v`; returns the products of v.
package func featureGradient(
  _ z: inout MutableSpan<Float>, product h: Span<Float>, penalty w: Span<Float>,
  own c: Span<Float>, image m: Span<Float>
) -> GradientSums {
  requireEqualLengths(z.count, h.count, w.count, c.count, m.count)
  let sums = ck_feature_gradient(
    h.count, h.pointer, w.pointer, c.pointer, m.pointer, z.pointer)
  return GradientSums(
    square: sums.square, own: sums.own, image: sums.image, crossing: sums.crossing)
}

/// `z ← z / (h̄ + (1 − h̄) b)`, entry by entry, from an entry on; h̄ is a mean curvature and b the
/// diagonal of B.
package func featureRest(
  _ z: inout MutableSpan<Float>, from first: Int, mean: Float, penalty b: Span<Float>
) {
  requireEqualLengths(z.count, b.count)
  precondition(first >= 0 && first <= z.count, "entry \(first) of \(z.count)")
  ck_feature_rest(z.count - first, mean, b.pointer + first, z.pointer + first)
}

/// `z ← z − k m`; returns `⟨h − w, z⟩` with the new z.
package func featureCorrect(
  _ z: inout MutableSpan<Float>, product h: Span<Float>, penalty w: Span<Float>,
  correction k: Float, image m: Span<Float>
) -> Double {
  requireEqualLengths(z.count, h.count, w.count, m.count)
  return ck_feature_correct(h.count, h.pointer, w.pointer, k, m.pointer, z.pointer)
}

/// `p ← z + β p`; returns `⟨h − w, p⟩` and `⟨c, p⟩` with the new p.
package func featureDescent(
  _ p: inout MutableSpan<Float>, product h: Span<Float>, penalty w: Span<Float>, beta: Float,
  image z: Span<Float>, own c: Span<Float>
) -> (slope: Double, own: Double) {
  requireEqualLengths(p.count, h.count, w.count, z.count, c.count)
  let sums = ck_feature_descent(
    h.count, h.pointer, w.pointer, z.pointer, beta, c.pointer, p.pointer)
  return (sums.first, sums.second)
}
