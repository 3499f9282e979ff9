package import LinearAlgebra

/// A matrix once a node that has several owners.
package final class SharedMatrix<S: Scalar> {
  /// The matrix as the ranks of the node see it.
  package let shared: NodeShared<S>

  /// Takes a matrix that is complete.
  package init(_ shared: consuming NodeShared<S>) { self.shared = shared }
}
