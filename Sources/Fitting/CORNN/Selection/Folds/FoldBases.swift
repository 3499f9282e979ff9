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

/// What a fold may cost.
package enum FoldLimits {
  /// What is kept from one round to the next, bytes a node at most: 256 MiB.
  package static var keptBytes: Int { 1 << 28 }
  /// Iterations of a candidate from the solution at the ridge before, about.
  package static var iterations: Double { 6 }

  /// Whether all eigenvectors of a fold, `9 n³` flops on one rank with n the lesser of samples and
  /// regressors, are repaid: by the inverse of order n that each ridge would take, and by the
  /// iterations of all solutions, which without them are slower.
  package static func repayEigenvectors(
    samples: Int, regressors: Int, ridges: Int, solutions: Int
  ) -> Bool {
    let order = Double(min(samples, regressors))
    guard order <= Double(EigenLimits.most) else { return false }
    // All divided by the order.
    let inverses = 2 * Double(ridges) * order * order
    let products = Double(solutions) * iterations * 4 * Double(max(samples, regressors))
    return 9 * order * order <= inverses + products
  }
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
