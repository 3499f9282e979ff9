package import Collectives
package import LinearAlgebra

/// The model by which nothing changes: `r[t+1] = r[t]`.
package struct Persistence<S: Scalar & Transferable>: FreeRunning {
  package let local: Range<Int>

  package init(local: Range<Int>) { self.local = local }

  package func next(
    after own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    own.copy()
  }
}
