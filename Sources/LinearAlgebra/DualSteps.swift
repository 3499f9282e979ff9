// The passes of one dual iteration for one neuron. All vectors have one entry per
// transition; b are the dual coefficients, s = G b the activations (G the Gram matrix of
// the inputs), e the dual residual, and sp, sz are the images G p, G z.

/// `b ← b + t p`, `s ← s + t sp`, `e ← gain · e − λ b` with the new b.
///
/// On entry e is the score E at `s + t sp`; on return it is the residual.
@specialized(where S == Float)
@specialized(where S == Double)
package func dualAdvance<S: Scalar>(
  step t: S, along p: Span<S>, image sp: Span<S>, gain: S = 1, lambda: S,
  coefficients b: inout MutableSpan<S>, activations s: inout MutableSpan<S>,
  residual e: inout MutableSpan<S>
) {
  requireEqualLengths(p.count, sp.count, b.count, s.count, e.count)
  S.kernelDualAdvance(
    p.count, t, p.pointer, sp.pointer, gain, lambda, b.pointer, s.pointer, e.pointer)
}

/// `z ← z + c m`, `sz ← e − λ z`; returns `⟨e, sz⟩` with the new and with the old sz.
///
/// z enters as `(G + λI)⁻¹ e`; c m is the correction that removes the self-connection.
@specialized(where S == Float)
@specialized(where S == Double)
package func dualPrecondition<S: Scalar>(
  _ z: inout MutableSpan<S>, image sz: inout MutableSpan<S>, correction c: S, along m: Span<S>,
  residual e: Span<S>, lambda: S
) -> (now: Double, before: Double) {
  requireEqualLengths(z.count, sz.count, m.count, e.count)
  return S.kernelDualPrecondition(
    m.count, c, m.pointer, lambda, e.pointer, z.pointer, sz.pointer)
}

/// `p ← z + β p`, `sp ← sz + β sp`; returns `⟨e, sp⟩` and `⟨p, sp⟩`.
@specialized(where S == Float)
@specialized(where S == Double)
package func dualDirection<S: Scalar>(
  _ p: inout MutableSpan<S>, image sp: inout MutableSpan<S>, beta: S, adding z: Span<S>,
  image sz: Span<S>, residual e: Span<S>
) -> (gradient: Double, square: Double) {
  requireEqualLengths(p.count, sp.count, z.count, sz.count, e.count)
  return S.kernelDualDirection(
    z.count, beta, z.pointer, sz.pointer, e.pointer, p.pointer, sp.pointer)
}
