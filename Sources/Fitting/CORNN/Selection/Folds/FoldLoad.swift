package import LinearAlgebra

/// How much there is to solve on a fold, from which follows in what it is solved.
///
/// All of it from counts, so that a plan knows it too.
package struct FoldLoad {
  private let samples: Double
  private let regressors: Double
  private let ridges: Double
  /// Over all ridges.
  private let solutions: Double

  /// Transitions that are trained on, regressors, and subproblems of all ranks at each ridge.
  package init(samples: Int, regressors: Int, ridges: Int, solutions: Int) {
    self.samples = Double(samples)
    self.regressors = Double(regressors)
    self.ridges = Double(ridges)
    self.solutions = Double(solutions) * Double(ridges)
  }

  /// Iterations of a candidate from the solution at the ridge before, about.
  private static var iterations: Double { 6 }
  /// The same from the ridge solution, where there is one ridge: assumed, between the 4 to 8 of robust
  /// losses and the 25 to 48 of the cross entropy.
  private static var iterationsFromRidge: Double { 14 }
  /// What a flop of packed products costs over one of plain float32: rounded operands, or the same
  /// without packing them each time (Zen 4: 170 to 197 against 98 GFLOP/s on a core).
  private static func price(_ kernel: ProductKernel) -> Double { kernel.isRounded ? 0.5 : 1 }

  private var order: Double { min(samples, regressors) }

  /// Flops of all iterations in the weights, twice with X and once with the inverse.
  private var primalIterations: Double {
    let iterations = ridges > 1 ? Self.iterations : Self.iterationsFromRidge
    return solutions * iterations * (4 * samples * regressors + 2 * regressors * regressors)
  }

  /// Whether all eigenvectors, `9 n³` flops on one rank with n the lesser of samples and
  /// regressors, are repaid: by the inverse of order n that each ridge would take, and by the
  /// iterations of all solutions, which without them are slower.
  package var repaysEigenvectors: Bool {
    guard order <= Double(EigenLimits.usual.most) else { return false }
    // All divided by the order.
    let inverses = 2 * ridges * order * order
    let products = solutions * Self.iterations * 4 * max(samples, regressors)
    return 9 * order * order <= inverses + products
  }

  /// Whether the dual form takes less work for the products and factors and for a few iterations.
  package var isDual: Bool {
    let (t, m) = (samples, regressors)
    let dual = t * t * m + ridges * t * t * t + solutions * Self.iterations * 2 * t * t
    let primal =
      m * m * t + ridges * m * m * m
      + solutions * Self.iterations * (4 * t * m + 2 * m * m)
    return dual <= primal
  }

  /// Whether whitened weights, which take `T M² + ⁵/₃ M³` flops of float32 more at each ridge than a
  /// factor, are repaid by the products of their iterations.
  ///
  /// `isSingle`: whether the iterations in the weights would be float32.
  package func repaysWhitening(by kernel: ProductKernel, isSingle: Bool) -> Bool {
    let (t, m) = (samples, regressors)
    let plain = isSingle ? 1.0 : 2.0
    // A flop in float64 costs two in float32.
    let inverse = 2 * m * m * m
    let whitening = t * m * m + (2 / 3 + 5 / 3) * m * m * m
    return ridges * (whitening - inverse) <= primalIterations * (plain - Self.price(kernel))
  }
}
