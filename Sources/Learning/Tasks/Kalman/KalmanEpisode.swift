internal import LinearAlgebra
internal import RealModule

/// A linear system with noise: `x ← b + (x − b) A + noise`, `y = x + observation noise`.
struct LinearSystem {
  /// Row-major s×s; row vectors multiply from the left.
  var a: [Double]
  var centre: [Double]
  /// Covariance of the process noise (s×s) and its stationary covariance.
  var noise: [Double]
  var stationary: [Double]
  /// Variances of the observation noise.
  var observation: [Double]

  /// Draws a system of one or two dimensions.
  init(dimensions: Int, _ numbers: inout TrialRandom) {
    self = dimensions == 1 ? Self.scalar(&numbers) : Self.planar(&numbers)
  }

  private init(
    a: [Double], centre: [Double], noise: [Double], stationary: [Double], observation: [Double]
  ) {
    self.a = a
    self.centre = centre
    self.noise = noise
    self.stationary = stationary
    self.observation = observation
  }

  /// τ ~ U(1, 10), b ~ U(−3, 3), β ~ U(0.1, 3); stationary variance 1.
  private static func scalar(_ numbers: inout TrialRandom) -> LinearSystem {
    let tau = numbers.uniform(1...10)
    let centre = numbers.uniform(-3...3)
    let beta = numbers.uniform(0.1...3)
    return LinearSystem(
      a: [1 - 1 / tau], centre: [centre], noise: [2 / tau - 1 / (tau * tau)], stationary: [1],
      observation: [beta * beta])
  }

  /// A = D^½ Q (D + 1)^−½ with Q a random rotation or reflection, so that the stationary
  /// covariance is 2 (D + 1) / tr(D + 1) and the noise 2 / tr(D + 1); redrawn until both
  /// eigenvalues have moduli in (0.1, 0.9).
  private static func planar(_ numbers: inout TrialRandom) -> LinearSystem {
    while true {
      let angle = numbers.uniform(0...(2 * .pi))
      let sign = numbers.uniform() < 0.5 ? -1.0 : 1.0
      let q: [Double] = [.cos(angle), .sin(angle), -sign * .sin(angle), sign * .cos(angle)]
      let d = (0..<2).map { _ in 0.1 + numbers.exponential(mean: 3) }
      // In row-vector form x ← x A: covariance Aᵀ (D + 1) A + 1 = D + 1 asks for
      // A = (D + 1)^−½ Qᵀ D^½.
      var a = [0.0, 0, 0, 0]
      for i in 0..<2 {
        for j in 0..<2 { a[2 * i + j] = q[2 * j + i] * (d[j] / (d[i] + 1)).squareRoot() }
      }
      guard moduli(a).allSatisfy({ $0 > 0.1 && $0 < 0.9 }) else { continue }
      let alpha = d[0] + d[1] + 2
      let centre = (0..<2).map { _ in numbers.uniform(-3...3) }
      let observation = (0..<2).map { _ in numbers.uniform(0.1...3) }
      return LinearSystem(
        a: a, centre: centre, noise: [2 / alpha, 0, 0, 2 / alpha],
        stationary: [2 * (d[0] + 1) / alpha, 0, 0, 2 * (d[1] + 1) / alpha],
        observation: observation)
    }
  }

  /// The moduli of the eigenvalues of a 2×2 matrix.
  static func moduli(_ a: [Double]) -> [Double] {
    let half = (a[0] + a[3]) / 2
    let determinant = a[0] * a[3] - a[1] * a[2]
    let discriminant = half * half - determinant
    guard discriminant >= 0 else {
      return [determinant.squareRoot(), determinant.squareRoot()]
    }
    return [abs(half + discriminant.squareRoot()), abs(half - discriminant.squareRoot())]
  }
}

/// One episode: a hidden path, its observations and the systems that made them.
struct KalmanEpisode {
  var hidden: [Double] = []
  var observations: [Double] = []
  /// The system of every step; a switch is where `isNew`.
  var systems: [LinearSystem] = []
  /// For every step, which of `systems` rules.
  var ruling: [Int] = []
  /// One wrong system for each true one.
  var wrong: [LinearSystem] = []

  init(dimensions s: Int, steps: Int, _ numbers: inout TrialRandom) {
    var x = [Double](repeating: 0, count: s)
    for t in 0..<steps {
      let switches = t == 0 || (t > 100 && numbers.uniform() < 0.01)
      if switches {
        systems.append(LinearSystem(dimensions: s, &numbers))
        wrong.append(LinearSystem(dimensions: s, &numbers))
        let system = systems[systems.count - 1]
        for i in 0..<s {
          x[i] = system.centre[i] + system.stationary[i * s + i].squareRoot() * numbers.normal()
        }
      } else {
        let system = systems[systems.count - 1]
        let offset = (0..<s).map { x[$0] - system.centre[$0] }
        for j in 0..<s {
          var mean = system.centre[j]
          for i in 0..<s { mean += offset[i] * system.a[i * s + j] }
          x[j] = mean + system.noise[j * s + j].squareRoot() * numbers.normal()
        }
      }
      ruling.append(systems.count - 1)
      hidden += x
      for i in 0..<s {
        let system = systems[systems.count - 1]
        observations.append(x[i] + system.observation[i].squareRoot() * numbers.normal())
      }
    }
  }
}

/// The optimal filter of a linear system.
struct KalmanFilter {
  let dimensions: Int
  private(set) var mean: [Double]
  private var covariance: [Double]

  /// The belief before the first observation of a system: its stationary distribution.
  init(_ system: LinearSystem) {
    dimensions = system.centre.count
    mean = system.centre
    covariance = system.stationary
  }

  /// One step of the system without an observation.
  mutating func predict(_ system: LinearSystem) {
    let s = dimensions
    let offset = (0..<s).map { mean[$0] - system.centre[$0] }
    var result = system.noise
    for j in 0..<s {
      mean[j] = system.centre[j]
      for i in 0..<s { mean[j] += offset[i] * system.a[i * s + j] }
      for k in 0..<s {
        for i in 0..<s {
          for l in 0..<s {
            result[j * s + k] += system.a[i * s + j] * covariance[i * s + l] * system.a[l * s + k]
          }
        }
      }
    }
    covariance = result
  }

  /// Takes an observation in, one coordinate after the other (their noise is independent).
  mutating func observe(_ y: ArraySlice<Double>, _ system: LinearSystem) {
    let s = dimensions
    for (i, value) in y.enumerated() {
      let variance = covariance[i * s + i] + system.observation[i]
      let gain = (0..<s).map { covariance[$0 * s + i] / variance }
      let error = value - mean[i]
      let row = (0..<s).map { covariance[i * s + $0] }
      for j in 0..<s {
        mean[j] += gain[j] * error
        for k in 0..<s { covariance[j * s + k] -= gain[j] * row[k] }
      }
    }
  }
}
