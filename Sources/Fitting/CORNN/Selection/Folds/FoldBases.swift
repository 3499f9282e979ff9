internal import Collectives
internal import LinearAlgebra

/// The folds of a search in their eigenvectors, kept from one round to the next while they are
/// small.
final class FoldBases<S: Scalar & Transferable> {
  private var kept: [(fold: Fold, basis: FoldBasis<S>)] = []

  /// The basis of a fold, as it is kept or as it is made.
  ///
  /// - Collective: every rank calls it alike.
  func basis(of fold: Fold, make: () throws -> FoldBasis<S>) rethrows -> FoldBasis<S> {
    if let found = kept.first(where: { $0.fold == fold }) { return found.basis }
    let basis = try make()
    let bytes = kept.reduce(basis.sharedBytes) { $0 + $1.basis.sharedBytes }
    if bytes <= FoldLimits.keptBytes { kept.append((fold, basis)) }
    return basis
  }

  /// Whether the basis of a fold is kept.
  func hasBasis(of fold: Fold) -> Bool { kept.contains { $0.fold == fold } }

  /// Gives the memory back.
  func forget() { kept = [] }
}

/// What a fold may keep.
package enum FoldLimits {
  /// What is kept from one round to the next, bytes a node at most: 256 MiB.
  package static var keptBytes: Int { 1 << 28 }
}

extension FoldBasis {
  /// Of the matrices that the ranks of a node share.
  fileprivate var sharedBytes: Int {
    let heldOut = regressors.heldOut.matrix.columns
    let scalar = MemoryLayout<S>.stride
    return scalar * regressors.count * (regressors.samples + heldOut)
      + count * (MemoryLayout<Float>.stride * regressors.samples + scalar * heldOut)
  }
}
