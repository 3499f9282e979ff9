internal import LinearAlgebra
internal import Machine

/// What this rank's cores reach in a matrix product, the yardstick of the timing table.
struct PeakRate {
  /// The best of a few products with the BLAS threads set now.
  let product: ProductRate

  /// What the vector units of as many cores do at most, operations a second.
  let bound: Double

  /// The kernel of products with packed matrices and what it reaches, where a run takes them.
  let packed: (kernel: ProductKernel, rate: Double)?

  /// Measures products of order 768, on more than 4 threads larger; about 50 ms.
  init<S: Scalar>(measuring type: S.Type, packed kernel: ProductKernel? = nil) throws {
    let threads = BLAS.threads
    let order = min(3072, 768 + 128 * max(0, threads - 4))
    product = measureBestProduct(of: type, order: order, products: 4)
    let bound = try measureVectorRate(threads: threads)
    packed = try kernel.map {
      ($0, try measureBestPackedProduct(by: $0, threads: threads))
    }
    self.bound = S.self == Float.self ? bound : bound / 2
  }
}
