internal import Differentiation
internal import RealModule

/// The least loss that a constant output has on trials that are seen some at a time.
///
/// With weights w of the loss, over all scored steps of the trials, of the squared error
/// `Σ_d (Σ w y*² − (Σ w y*)² / Σ w)`, and of cross-entropy that with the mean target for its
/// distribution.
struct ConstantLoss {
  private let kind: Loss.Kind
  private let stepWeights: [Double]
  /// `Σ w` and `Σ w y*` of each output, and `Σ w y*²` of all.
  private var mass: [Double]
  private var first: [Double]
  private var second = 0.0

  init(of kind: Loss.Kind, width: Int, stepWeights: [Double]) {
    self.kind = kind
    self.stepWeights = stepWeights
    mass = [Double](repeating: 0, count: width)
    first = mass
  }

  /// Adds trials: `target` is steps × trials × outputs, `weight` one number a trial and step, one an
  /// output of these, or nil.
  mutating func add(_ target: [Double], weight: [Double]?) {
    let width = mass.count
    let trials = target.count / (stepWeights.count * width)
    let weightWidth = (weight?.count ?? 0) / (stepWeights.count * trials)
    for (t, stepWeight) in stepWeights.enumerated() where stepWeight > 0 {
      for row in (t * trials)..<((t + 1) * trials) {
        for d in 0..<width {
          let own = weight.map { $0[row * weightWidth + (weightWidth == 1 ? 0 : d)] } ?? 1
          let (w, y) = (stepWeight * own, target[row * width + d])
          mass[d] += w
          first[d] += w * y
          second += w * y * y
        }
      }
    }
  }

  /// The loss, over so many trials.
  func loss(trials: Int) -> Double {
    switch kind {
    case .squaredError:
      let explained = mass.indices.reduce(0.0) {
        $0 + (mass[$1] > 0 ? first[$1] * first[$1] / mass[$1] : 0)
      }
      return (second - explained) / Double(trials * mass.count)
    case .crossEntropy:
      let total = first.reduce(0, +)
      return first.reduce(0.0) { $0 - ($1 > 0 ? $1 * Double.log($1 / total) : 0) } / Double(trials)
    }
  }
}
