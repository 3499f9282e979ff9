package import LinearAlgebra

/// What keeps external inputs from telling their weights, found on the fitted transitions.
package struct InputCheck: Sendable {
  /// Inputs that do not vary: their weight and b are one quantity, and all zero ones have none.
  package private(set) var constant: [Int] = []
  /// Inputs whose variation is less than a tenth of their root mean square: as they are
  /// scaled by the latter, the ridge shrinks their weights a hundred times as much.
  package private(set) var offset: [Int] = []
  /// Inputs that are linear combinations of a constant and those before them, up to a
  /// millionth of their variance.
  package private(set) var dependent: [Int] = []

  /// Checks inputs × frames at some of the frames.
  ///
  /// - Complexity: inputs² × frames flops.
  package init<S: Scalar>(_ inputs: borrowing Matrix<S>, transitions: Transitions) {
    let frames = transitions.frames
    let count = Double(max(1, frames.count))
    var basis: [[Double]] = []
    for k in 0..<inputs.rows {
      let values = frames.map { Double(inputs[k, $0]) }
      let mean = values.reduce(0, +) / count
      let power = values.reduce(0) { $0 + $1 * $1 } / count
      var rest = values.map { $0 - mean }
      let variance = rest.reduce(0) { $0 + $1 * $1 } / count
      // What is left of float32 values by rounding is no variation.
      guard variance > 1e-12 * power else {
        constant.append(k)
        continue
      }
      if variance < 0.01 * power { offset.append(k) }
      // Gram and Schmidt, twice: once is not orthogonal to working accuracy.
      for _ in 0..<2 {
        for direction in basis {
          let share = zip(rest, direction).reduce(0) { $0 + $1.0 * $1.1 }
          for t in rest.indices { rest[t] -= share * direction[t] }
        }
      }
      let left = rest.reduce(0) { $0 + $1 * $1 }
      if left < 1e-6 * variance * count {
        dependent.append(k)
      } else {
        let length = left.squareRoot()
        basis.append(rest.map { $0 / length })
      }
    }
  }
}
