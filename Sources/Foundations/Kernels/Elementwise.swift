// Elementary functions of whole vectors, by SIMD kernels. ULP = unit in the last place;
// the tests hold the bounds. Special values are those of C99.

/// `y ← tanh x`, to 3 ULP.
@specialized(where S == Float)
@specialized(where S == Double)
package func tanh<S: VectorKernels>(_ x: Span<S>, into y: inout MutableSpan<S>) {
  requireEqualLengths(x.count, y.count)
  S.kernelTanh(x.count, x.pointer, y.pointer)
}

/// `x ← tanh x`, to 3 ULP.
@specialized(where S == Float)
@specialized(where S == Double)
package func applyTanh<S: VectorKernels>(to x: inout MutableSpan<S>) {
  let base = x.pointer
  S.kernelTanh(x.count, base, base)
}

/// `y ← ln cosh x`, to 6 ULP also where it is small.
@specialized(where S == Float)
@specialized(where S == Double)
package func logCosh<S: VectorKernels>(_ x: Span<S>, into y: inout MutableSpan<S>) {
  requireEqualLengths(x.count, y.count)
  S.kernelLogCosh(x.count, x.pointer, y.pointer)
}

/// `y ← artanh x`, to 4 ULP; infinite at ±1, NaN beyond.
@specialized(where S == Float)
@specialized(where S == Double)
package func atanh<S: VectorKernels>(_ x: Span<S>, into y: inout MutableSpan<S>) {
  requireEqualLengths(x.count, y.count)
  S.kernelAtanh(x.count, x.pointer, y.pointer)
}

/// `x ← artanh x`, to 4 ULP; infinite at ±1, NaN beyond.
@specialized(where S == Float)
@specialized(where S == Double)
package func applyAtanh<S: VectorKernels>(to x: inout MutableSpan<S>) {
  let base = x.pointer
  S.kernelAtanh(x.count, base, base)
}
