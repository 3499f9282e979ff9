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

  /// The ridge with which the largest over the smallest eigenvalue of `XᵀX + ridge I` is
  /// `condition`, X those of some transitions; dual: of `X Xᵀ + ridge I`.
  func ridge(ofCondition condition: Double, _ transitions: Range<Int>, dual: Bool) -> Double {
    let x = Matrix(transitions.map { regressors[$0] })
    let gram = dual ? product(x.view, x.view.transposed) : product(x.view.transposed, x.view)
    let values = SymmetricEigen(gram, vectors: false).values
    let (least, largest) = (values.min() ?? 0, values.max() ?? 0)
    return (largest - condition * least) / (condition - 1)
  }
}
