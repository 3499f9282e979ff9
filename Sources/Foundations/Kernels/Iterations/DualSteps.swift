// The passes of one dual iteration for one neuron. All vectors have one entry per
// transition; b are the dual coefficients, s = G b the activations (G the Gram matrix of
// the inputs), e the residual, z its image with G z = e − λ z, p a direction, sp = G p.

/// What a line search along p wants to know before it evaluates the loss.
package struct LineSums: Equatable, Sendable {
  /// `⟨e, sp⟩`.
  package var slope: Double
  /// `⟨p, sp⟩`.
  package var square: Double
  /// `⟨b, sp⟩`.
  package var overlap: Double
  /// `Σ h sp²`.
  package var curvature: Double
}

/// `b ← b + t p`, `s ← s + t sp`, `e ← score − λ b` with the new b.
///
/// - Returns: `⟨e, e′ − λ z⟩` with e′ the old e, of which z is the image.
@specialized(where S == Float)
@specialized(where S == Double)
package func dualAdvance<S: VectorKernels>(
  step t: S, along p: Span<S>, response sp: Span<S>, score: Span<S>, image z: Span<S>,
  ridge: S, coefficients b: inout MutableSpan<S>, activations s: inout MutableSpan<S>,
  residual e: inout MutableSpan<S>
) -> Double {
  requireEqualLengths(p.count, sp.count, score.count, z.count, b.count, s.count, e.count)
  return S.kernelDualAdvance(
    p.count, t, ridge, p.pointer, sp.pointer, score.pointer, z.pointer, b.pointer, s.pointer,
    e.pointer)
}

/// `z ← z + c m`; returns `⟨e, e − λ z⟩` with the new z.
///
/// z enters as `(G + λI)⁻¹ e`; c m is the correction that removes the self-connection.
@specialized(where S == Float)
@specialized(where S == Double)
package func dualComplete<S: VectorKernels>(
  image z: inout MutableSpan<S>, correction c: S, along m: Span<S>, residual e: Span<S>,
  ridge: S
) -> Double {
  requireEqualLengths(z.count, m.count, e.count)
  return S.kernelDualComplete(m.count, c, m.pointer, ridge, e.pointer, z.pointer)
}

/// `p ← z + β p`, `sp ← e − λ z + β sp`; returns the sums along the new p.
@specialized(where S == Float)
@specialized(where S == Double)
package func dualDirection<S: VectorKernels>(
  _ p: inout MutableSpan<S>, response sp: inout MutableSpan<S>, beta: S, ridge: S,
  residual e: Span<S>, image z: Span<S>, coefficients b: Span<S>, curvatures h: Span<S>
) -> LineSums {
  requireEqualLengths(p.count, sp.count, e.count, z.count, b.count, h.count)
  return S.kernelDualDirection(
    z.count, beta, ridge, e.pointer, z.pointer, b.pointer, h.pointer, p.pointer, sp.pointer)
}
