package import CORNN
private import Glibc
package import LinearAlgebra

/// The settings of a fit that its work and memory depend on.
package struct FitChoices: Equatable, Sendable {
  /// How it is solved; the ridge is per frame.
  package var configuration: Configuration
  /// Of the iterations and the weights: 4 or 8.
  package var bytesPerScalar: Int
  /// Whether the factors of W are stored in its place.
  package var isFactored: Bool
  /// Held-out frames that the models run freely from, at most.
  package var rolloutStarts: Int
  /// Whether the loss is the published dropping rule, whose iteration stops at no tolerance and
  /// takes every image with the inverse itself.
  package var isPublishedRule: Bool
  /// Whether the loss is one whose curvatures precondition its iterations in features.
  package var usesCurvature: Bool
  /// What is chosen on held-out blocks; nil where everything is given.
  package var search: SearchCandidates?
  /// What multiplies with packed matrices: of this process, unless a machine has another.
  package var kernel: ProductKernel

  package init(
    configuration: Configuration, bytesPerScalar: Int, isFactored: Bool = false,
    rolloutStarts: Int = 20, isPublishedRule: Bool = false, usesCurvature: Bool = false,
    search: SearchCandidates? = nil,
    kernel: ProductKernel = ProductKernel.best().kernel
  ) {
    precondition(bytesPerScalar == 4 || bytesPerScalar == 8, "\(bytesPerScalar) bytes a number")
    self.configuration = configuration
    self.bytesPerScalar = bytesPerScalar
    self.isFactored = isFactored
    self.rolloutStarts = rolloutStarts
    self.isPublishedRule = isPublishedRule
    self.usesCurvature = usesCurvature
    self.search = search
    self.kernel = kernel
  }

  /// Whether the iterations are float64.
  var isDouble: Bool { bytesPerScalar == 8 }

  /// The iterations that a neuron takes, on average.
  ///
  /// Measured on generated recordings with λ of 1e-5 and 1e-3 at a tolerance of 1e-4: they grow
  /// with T, whatever M. 14 at T = 200, 21 to 24 at 500, 22 at 1,000, 24 to 29 at 1,500, 30 at
  /// 2,000, 31 at 4,000, 34 at 8,000; a λ of 0.1 needed 13 to 15 everywhere.
  /// `share` is what a better metric than that of the features leaves of them.
  func expectedIterations(samples: Int, share: Double = 1) -> Double {
    let most = Double(configuration.iterations)
    guard !isPublishedRule else { return most }
    // In the units of the measurement: doublings of 200 samples, and 4 digits.
    let doublings = log2(max(1, Double(samples)) / 200)
    let usual = max(10, 14 + 4 * doublings)
    let digits = max(1, -log10(configuration.tolerance))
    return min(most, share * usual * digits / 4)
  }
}
