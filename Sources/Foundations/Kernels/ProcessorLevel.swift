internal import CKernels

/// The x86-64 level whose kernels run: 2 (SSE), 3 (AVX2 and FMA) or 4 (AVX-512).
package var processorLevel: Int { Int(ck_level()) }

/// Runs `body` with kernels of at most the given level, on this thread.
///
/// For tests and benchmarks, which compare the variants on one machine.
package func withProcessorLevel<R>(atMost level: Int, _ body: () throws -> R) rethrows -> R {
  let before = ck_level()
  ck_restrict_level(CInt(level))
  defer { ck_restrict_level(before) }
  return try body()
}
