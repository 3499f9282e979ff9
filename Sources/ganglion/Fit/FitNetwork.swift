internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results

/// The network in the result of a fit: /W or its factors, /W_in and /b.
struct FitNetwork {
  let recording: Recording
  let storage: WeightStorage
  /// Whether W is written in float32.
  let isRounded: Bool
  /// Whether this rank writes what all have.
  let isRoot: Bool

  /// - Collective: every rank of `world` must call it.
  func write<S: Scalar & Transferable & Storable>(
    _ fit: borrowing Fit<S>, to file: inout ResultFile,
    on world: borrowing some FileGroup & ~Copyable
  ) throws {
    switch storage {
    case .full where isRounded:
      try writeWeights(of: fit, to: &file, on: world) {
        fit.setRoundedWeights(ofBlock: $0, in: &$1)
      }
    case .full:
      let neurons = 0..<recording.neurons
      try writeWeights(of: fit, to: &file, on: world) {
        $1 = fit.weights(ofBlock: $0, from: neurons)
      }
    case .factored: try writeFactors(fit, to: &file, on: world)
    }
    try writeExternal(fit, to: &file)
  }

  /// W, block by block: no rank holds its rows whole.
  ///
  /// `weights` sets those of a block, rows × neurons.
  private func writeWeights<S: Scalar & Transferable & Storable, P: Scalar & Storable>(
    of fit: borrowing Fit<S>, to file: inout ResultFile,
    on world: borrowing some FileGroup & ~Copyable,
    weights: (_ block: Int, _ target: inout Matrix<P>) -> Void
  ) throws {
    let first = fit.regressors.local.lowerBound
    let variable = try file.createVariable(
      "W", of: P.self, ["neuron", "presyn"], longName: "weight onto neuron from presyn")
    try file.requireSpace(on: world)
    // One matrix for all blocks: the system need not find its pages anew.
    var values = Matrix<P>(rows: 0, columns: 0)
    for block in 0..<fit.blocks {
      weights(block, &values)
      try variable.writeBlock(
        values, row: first + fit.rows(ofBlock: block).lowerBound, transfer: .independent)
    }
    try variable.close()
  }

  /// The factors of W, `W = b xᵀ` but for its diagonal, which is zero unless
  /// self-connections were allowed; and the frames of the samples.
  private func writeFactors<S: Scalar & Transferable & Storable>(
    _ fit: borrowing Fit<S>, to file: inout ResultFile,
    on world: borrowing some FileGroup & ~Copyable
  ) throws {
    let local = fit.regressors.local
    try file.addDimension(
      "sample", count: fit.transitions.count, longName: "fitted transition")
    let coefficients = try file.createVariable(
      "factored/b", of: S.self, ["neuron", "sample"],
      longName: "sample coefficients: W = b x^T, self-connections excepted")
    let regressors = try file.createVariable(
      "factored/x", of: S.self, ["presyn", "sample"],
      longName: "rate of presyn at the start of the transition, preprocessed and scaled")
    try file.requireSpace(on: world)
    for block in 0..<fit.blocks {
      try coefficients.writeBlock(
        fit.sampleCoefficients(ofBlock: block),
        row: local.lowerBound + fit.rows(ofBlock: block).lowerBound, transfer: .independent)
    }
    try coefficients.close()
    try regressors.writeBlock(
      fit.regressors.fitted.matrix.copy(rows: local), row: local.lowerBound,
      transfer: .independent)
    try regressors.close()
    try file.write(
      "factored/frame", fit.transitions.frames, ["sample"],
      longName: "frame at which the transition starts")
  }

  /// W_in and b.
  private func writeExternal<S: Scalar & Transferable & Storable>(
    _ fit: borrowing Fit<S>, to file: inout ResultFile
  ) throws {
    let inputs = recording.inputNames.count
    let first = fit.regressors.local.lowerBound
    let columns = recording.neurons..<(recording.neurons + inputs + (fit.regressors.bias ? 1 : 0))
    var bias = [S](repeating: 0, count: fit.regressors.local.count)
    var inputWeights = Matrix<S>(rows: fit.regressors.local.count, columns: inputs)
    for block in 0..<fit.blocks where !columns.isEmpty {
      let values = fit.weights(ofBlock: block, from: columns)
      for (i, row) in fit.rows(ofBlock: block).enumerated() {
        for k in 0..<inputs { inputWeights[row, k] = values[i, k] }
        if fit.regressors.bias { bias[row] = values[i, inputs] }
      }
    }
    if inputs > 0 {
      let variable = try file.createVariable(
        "W_in", of: S.self, ["neuron", "input"], longName: "weight onto neuron from input")
      try variable.writeBlock(inputWeights, row: first)
      try variable.close()
    }
    let variable = try file.createVariable(
      "b", of: S.self, ["neuron"], longName: "constant input")
    try variable.write(bias, at: first)
    try variable.close()
  }
}
