/// How a refinement descends the error of free runs.
package enum RefinementRule: String, CaseIterable, Sendable {
  /// Adam, with the gradient back through time.
  case adam
  /// Gauss-Newton in subspaces, with tangents forward in time.
  case gaussNewton = "gauss-newton"

  /// Steps that are tried where nothing else is said.
  package var usualIterations: Int {
    switch self {
    case .adam: 100
    case .gaussNewton: 12
    }
  }

  /// The length of a step of Adam, of weights and of the logarithms of leaks; the share of a step of
  /// Gauss and Newton that is taken.
  package var usualRate: Double {
    switch self {
    case .adam: 3e-4
    case .gaussNewton: 0.3
    }
  }
}
