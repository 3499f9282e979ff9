import CORNN
import Foundation
import LinearAlgebra

/// Regressors and targets of the transitions of a recording, bias last.
struct LiveStream {
  var regressors: [[Double]] = []
  var targets: [[Double]] = []
  let neurons: Int
  static let alpha = 0.1
  private static let margin = 1e-3

  init(neurons: Int, frames: Int, seed: UInt64) throws {
    let synthetic = try Synthetic(neurons: neurons, frames: frames, seed: seed)
    self.neurons = neurons
    for t in 0..<(frames - 1) {
      let now = (0..<neurons).map { synthetic.rates[$0, t] }
      regressors.append(now + [1])
      targets.append(
        (0..<neurons).map {
          let d = (synthetic.rates[$0, t + 1] - (1 - Self.alpha) * now[$0]) / Self.alpha
          return max(Self.margin - 1, min(1 - Self.margin, d))
        })
    }
  }

  func transition(_ t: Int) -> LiveTransition {
    LiveTransition(regressors: regressors[t], targets: targets[t].map { Foundation.atanh($0) })
  }

  /// The largest over the smallest eigenvalue of `XᵀX + ridge I` over some transitions, or of
  /// `X Xᵀ + ridge I`.
  func condition(_ transitions: Range<Int>, ridge: Double, dual: Bool) -> Double {
    let x = Matrix(transitions.map { regressors[$0] })
    var gram = dual ? product(x.view, x.view.transposed) : product(x.view.transposed, x.view)
    for j in 0..<gram.rows { gram[j, j] += ridge }
    let values = SymmetricEigen(gram, vectors: false).values
    return (values.max() ?? 0) / (values.min() ?? 0)
  }
}
