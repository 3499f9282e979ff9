import CAllocations
import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Runtime
import Synchronization
import Testing

@testable import Planning

/// Predicted bytes against those that are allocated.
@Suite struct FitMemoryTests {
  /// The matrices that are there all the time, counted one by one.
  @Test func matricesOfAProblem() throws {
    let fit = exampleFit(.dual, neurons: 40, frames: 150)
    let problem = try FitProblem(
      recording(neurons: 40, frames: 150), bias: true, group: SingleRank(), phases: Phases())
    let counts = FitCounts(fit, in: exampleJob())
    let rates = problem.recording.rates.rows * problem.recording.rates.columns
    #expect(counts.seriesBytes == Double(8 * rates))
    let fitted = problem.regressors.fitted.matrix.rows * problem.regressors.fitted.matrix.columns
    let heldOut =
      problem.regressors.heldOut.matrix.rows * problem.regressors.heldOut.matrix.columns
    #expect(counts.regressorBytes == Double(8 * (fitted + heldOut)))
  }

  // In a process of their own, for other tests allocate too.
  @Test func allocatedByThePrimalForm() async {
    await #expect(processExitsWith: .success) {
      try expectAllocated(exampleFit(.primal, neurons: 150, frames: 2000), threads: 1)
    }
  }

  @Test func allocatedByTheDualForm() async {
    await #expect(processExitsWith: .success) {
      try expectAllocated(exampleFit(.dual, neurons: 200, frames: 1000), threads: 1)
    }
  }

  @Test func allocatedWithSelfConnections() async {
    await #expect(processExitsWith: .success) {
      var fit = exampleFit(.dual, neurons: 200, frames: 1000)
      fit.choices.configuration.selfConnections = true
      try expectAllocated(fit, threads: 1)
    }
  }

  /// All directions of the samples, and no more than there are regressors.
  @Test(arguments: [900, 200])
  func allocatedInDualFeatures(neurons: Int) async {
    await #expect(processExitsWith: .success) { [neurons] in
      var fit = exampleFit(
        .dual, neurons: neurons, frames: 1000, inFeatures: true,
        kernel: ProductKernel.best().kernel)
      fit.choices.configuration.lambda = 1e-7
      try expectAllocated(fit, threads: 1)
    }
  }

  @Test func allocatedInPrimalFeatures() async {
    await #expect(processExitsWith: .success) {
      var fit = exampleFit(
        .primal, neurons: 150, frames: 2000, inFeatures: true,
        kernel: ProductKernel.best().kernel)
      fit.choices.bytesPerScalar = 8
      try expectAllocated(fit, threads: 1)
    }
  }
}

/// Holds the bytes in use while the panels are iterated against the plan's.
func expectAllocated(_ fit: PlannedFit, threads: Int) throws {
  var fit = fit
  fit.choices.usesCurvature = true
  let before = ca_bytes_in_use()
  let most = Atomic<UInt>(0)
  let problem = try FitProblem(
    recording(neurons: fit.shape.neurons, frames: fit.shape.frames), bias: true,
    group: SingleRank(), phases: Phases())
  _ = try problem.fit(
    loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: fit.shape.neurons),
    configuration: fit.choices.configuration, group: SingleRank(), threads: threads,
    phases: Phases(),
    request: {
      most.max(UInt(ca_bytes_in_use()), ordering: .relaxed)
      return .goOn
    }
  ).form
  let counts = FitCounts(fit, in: exampleJob(threads: threads))
  // Solutions are measured when nothing asks; until then those of all panels are there beside the
  // state of one.
  let rows = Double(threads) * counts.width
  let state =
    counts.features.map { rows * $0.stateBytes + counts.own * counts.order * counts.scalar }
    ?? counts.panelBytes
  let planned = counts.seriesBytes + counts.regressorBytes + counts.squareBytes + state
  let allocated = Double(most.load(ordering: .relaxed)) - Double(before)
  #expect(
    planned / allocated > 0.93 && planned / allocated < 1.07,
    "planned \(planned / 1e6) MB, allocated \(allocated / 1e6) MB")
}
