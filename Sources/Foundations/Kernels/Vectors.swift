// Sums are accumulated in double precision whatever S. They are a fixed function of their
// input on one processor family; between families they differ by rounding.

/// `⟨a, b⟩`.
@specialized(where S == Float)
@specialized(where S == Double)
package func dot<S: VectorKernels>(_ a: Span<S>, _ b: Span<S>) -> Double {
  requireEqualLengths(a.count, b.count)
  return S.kernelDot(a.count, a.pointer, b.pointer)
}

/// `⟨x, x⟩`, `⟨x, y⟩` and `⟨y, y⟩` in one pass.
@specialized(where S == Float)
@specialized(where S == Double)
package func dots<S: VectorKernels>(
  _ x: Span<S>, _ y: Span<S>
) -> (xx: Double, xy: Double, yy: Double) {
  requireEqualLengths(x.count, y.count)
  return S.kernelDots(x.count, x.pointer, y.pointer)
}

/// `Σ h x²`.
@specialized(where S == Float)
@specialized(where S == Double)
package func weightedSquare<S: VectorKernels>(_ h: Span<S>, _ x: Span<S>) -> Double {
  requireEqualLengths(h.count, x.count)
  return S.kernelWeightedSquare(h.count, h.pointer, x.pointer)
}

/// `y ← y + t x`.
@specialized(where S == Float)
@specialized(where S == Double)
package func add<S: VectorKernels>(_ t: S, _ x: Span<S>, to y: inout MutableSpan<S>) {
  requireEqualLengths(x.count, y.count)
  S.kernelAdd(x.count, t, x.pointer, y.pointer)
}

/// `y ← x + β y`.
@specialized(where S == Float)
@specialized(where S == Double)
package func scale<S: VectorKernels>(_ y: inout MutableSpan<S>, by beta: S, adding x: Span<S>) {
  requireEqualLengths(x.count, y.count)
  S.kernelScaleAdd(x.count, x.pointer, beta, y.pointer)
}
