import Kernels
import Testing

@testable import CORNN

/// In what nulls are solved, by their counts.
@Suite struct NullFormTests {
  private func form(
    neurons: Int = 1000, samples: Int = 2000, isBound: Bool = false,
    _ change: (inout Configuration) -> Void = { _ in }
  ) -> NullForm {
    var configuration = Configuration()
    configuration.tolerance = NullSettings.tolerance
    change(&configuration)
    return NullForm(
      configuration, .crossEntropy, NullSettings(), isBound: isBound, neurons: neurons,
      samples: samples, regressors: neurons + 1)
  }

  @Test func muchIsSolvedInEigenvectors() {
    #expect(form().features != nil && form().isSpectral)
    #expect(form().widest(samples: 2000) == PanelWidth.most(samples: 2000, inFeatures: true))
    // 101 rows of each of 10 neurons are soon done in float64.
    #expect(form(neurons: 10).features == nil && !form(neurons: 10).isSpectral)
    #expect(form(neurons: 10) { $0.usesFeatures = true }.isSpectral)
  }

  /// Eigenvectors of more than 4,096 are not worth their price, and a form that is given is kept.
  @Test func otherFeatures() {
    let large = form(neurons: 5000, samples: 5000)
    #expect(large.features != nil && !large.isSpectral)
    let primal = form { $0.form = .primal }
    #expect(primal.features != nil && !primal.isSpectral)
  }

  @Test func float64IsKept() {
    #expect(form { $0.searchesInFeatures = false }.features == nil)
    #expect(form(isBound: true).features == nil)
    #expect(!form(isBound: true).isSpectral)
  }
}
