internal import CORNN
internal import Collectives
internal import Foundation
internal import LinearAlgebra
internal import Recordings
internal import Runtime
internal import Wording

/// Leak, ridge and loss of a fit: as given, or as chosen on held-out blocks.
struct ModelChoice {
  /// What may be chosen.
  struct Options {
    var grid = SelectionGrid()
    let losses: [NamedLoss]
    let leakPerNeuron: Bool

    /// The candidates that the flags and the recording leave.
    ///
    /// - Throws: `CommandLineError` if --tau cannot be turned into a leak.
    init(_ model: ModelOptions, recording: Recording) throws {
      losses = model.losses
      leakPerNeuron = model.alpha == .perNeuron
      if let alpha = try Self.alpha(model, recording) { grid.alphas = [alpha] }
      if case .value(let lambda) = model.lambda { grid.lambdas = [lambda] }
    }

    /// Folds of the search, as far as one knows: another loss than the first, if it is the best,
    /// is searched for its ridge as well.
    var expectedFolds: Int {
      (isGiven ? 0 : 2 * grid.folds) + (losses.count > 1 ? losses.count * grid.folds : 0)
    }

    var isGiven: Bool { grid.alphas.count == 1 && grid.lambdas.count == 1 }

    private static func alpha(_ model: ModelOptions, _ recording: Recording) throws -> Double? {
      if let tau = model.tau {
        guard let dt = recording.dt else {
          throw CommandLineError.usage(
            "--tau \(asGiven(tau)) needs the frame time, which the file does not have: give --dt, --rate"
              + " or --timestamps")
        }
        guard dt <= tau else {
          throw CommandLineError.usage(
            "--tau \(asGiven(tau)) s is shorter than a frame (\(plain(dt)) s): alpha = dt/tau would exceed 1"
          )
        }
        return dt / tau
      }
      switch model.alpha {
      case .value(let alpha): return alpha
      case .auto, .perNeuron: return nil
      case nil: return recording.alpha
      }
    }
  }

  let loss: NamedLoss
  /// The common leak.
  let alpha: Double
  let lambda: Double
  /// The leak of each of this rank's neurons.
  let leaks: [Double]
  /// The search for leak and ridge; nil if both were given.
  let selection: Selection?
  /// Whether the leak was chosen among several.
  let isLeakChosen: Bool
  /// Error of each loss that was compared; empty if it was given.
  let lossErrors: [(name: String, error: Double)]

  /// - Collective: every rank of `group` must call it.
  init<S: Scalar & Transferable>(
    _ options: Options, problem: FitProblem<S>, configuration: Configuration,
    constraints: Constraints, group: borrowing some RankGroup & ~Copyable, threads: Int,
    phases: Phases,
    memory: SearchMemory
  ) throws {
    let inner = Phases()
    defer { phases.add("select", flops: inner.all.reduce(0) { $0 + $1.flops }) }
    func search(_ loss: NamedLoss, _ grid: SelectionGrid) throws -> Selection? {
      guard grid.alphas.count > 1 || grid.lambdas.count > 1 else { return nil }
      return try phases.measure("select") {
        try problem.select(
          grid: grid, loss: loss.loss, configuration: configuration, constraints: constraints,
          group: group, threads: threads, phases: inner, memory: memory)
      }
    }
    var loss = options.losses[0]
    var grid = options.grid
    var selection = try search(loss, grid)
    var alpha = selection?.alpha ?? grid.alphas[0]
    var lambda = selection?.lambda ?? grid.lambdas[0]
    var errors: [(name: String, error: Double)] = []
    if options.losses.count > 1 {
      let compared = try phases.measure("select") {
        try problem.compare(
          losses: options.losses.map(\.loss), alpha: alpha, lambda: lambda, grid: grid,
          configuration: configuration, constraints: constraints, group: group,
          threads: threads, phases: inner, memory: memory)
      }
      errors = zip(options.losses, compared).map { ($0.name, $1) }
      let best = compared.placeOfLeast ?? 0
      if best != 0 {
        // Another loss wants another ridge; the leak stays.
        loss = options.losses[best]
        grid.alphas = [alpha]
        selection = try search(loss, grid) ?? selection
        alpha = selection?.alpha ?? alpha
        lambda = selection?.lambda ?? lambda
      }
    }
    var leaks = [Double](repeating: alpha, count: problem.regressors.local.count)
    if options.leakPerNeuron {
      leaks = try phases.measure("select") {
        try problem.chooseLeaks(
          common: alpha, lambda: lambda, loss: loss.loss, grid: options.grid,
          configuration: configuration, constraints: constraints, group: group,
          threads: threads, phases: inner, memory: memory)
      }
    }
    self.loss = loss
    self.alpha = alpha
    self.lambda = lambda
    self.leaks = leaks
    self.selection = selection
    isLeakChosen = options.grid.alphas.count > 1
    lossErrors = errors
  }

  /// What was chosen, in words.
  var notes: [String] {
    var notes: [String] = []
    if !lossErrors.isEmpty { notes.append("loss chosen on held-out blocks: \(loss.name)") }
    if let selection {
      notes.append(
        "chosen on held-out blocks: alpha \(plain(alpha)), lambda \(plain(lambda))"
          + " (error / persistence \(String(format: "%.4f", selection.error)))")
      if selection.error >= 1 {
        notes.append(
          "warning: no candidate beats persistence on the held-out blocks: one-step dynamics"
            + " are not identifiable from this recording")
      }
    }
    return notes
  }
}
