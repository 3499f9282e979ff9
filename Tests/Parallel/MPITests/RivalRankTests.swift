import CORNN
import Collectives
import Kernels
import LinearAlgebra
import MPI
import RandomNumbers
import Runtime
import TestSupport
import Testing

@testable import Rivals

extension RankTests {
  /// Rivals whose ranks talk in every step, against one rank alone.
  @Suite struct RivalRankTests {
    private let neurons = 5
    private let frames = 60

    @Test(arguments: [false, true]) func forceIsThatOfOneRank(runsFreely: Bool) throws {
      var settings = ForceMethod.Settings()
      settings.gain = 1
      settings.runsFreely = runsFreely
      settings.noise = 0.01
      try expectSame(ForceMethod(.rates, settings), iterations: 3)
    }

    @Test func throughTimeIsThatOfOneRank() throws {
      try expectSame(
        ThroughTimeMethod(learningRate: 1e-2, window: 12, forcing: 0.3, seed: 1), iterations: 20)
    }

    private func expectSame(_ method: some RivalMethod, iterations: Int) throws {
      let world = try testWorld()
      let local = Partition(of: neurons, among: world.size).range(of: world.rank)
      let together = try solution(method, local, iterations, group: world)
      let alone = try solution(method, 0..<neurons, iterations, group: SingleRank())
      let difference = relativeError(together.flatMap { $0 }, alone[local].flatMap { $0 })
      try expectEverywhere(difference < 1e-9, on: world, "\(method): differs by \(difference)")
    }

    private func solution(
      _ method: some RivalMethod, _ local: Range<Int>, _ iterations: Int,
      group: borrowing some RankGroup & ~Copyable
    ) throws -> [[Double]] {
      var rates = Matrix<Double>(rows: neurons, columns: frames)
      var entries = rates.mutableElements
      RandomStream(seed: 3, purpose: .events).fillUniform(&entries, in: -0.9...0.9)
      let recording = PreparedRecording(
        rates: rates.view.rows(local).copy(), local: local, neurons: neurons,
        inputs: Matrix(rows: 0, columns: frames), trialStarts: [25], holdout: 0.2)
      let whole = try FitProblem(recording, bias: true, group: group, phases: Phases())
      let configuration = Configuration(
        lambda: 1e-3, selfConnections: false, bias: true, form: .auto, usesFeatures: false,
        tolerance: 1e-6, iterations: iterations)
      let leaks = [Double](repeating: 0.9, count: local.count)
      let problem = RivalProblem(
        whole, loss: .pointwise(.crossEntropy), leaks: leaks, configuration: configuration,
        threads: 1, phases: Phases())
      let meter = QualityMeter(
        whole, leaks: leaks, configuration: configuration, truth: nil, threads: 1)
      let solution = try method.solve(
        problem, from: .random(scale: 0.5, seed: 4),
        recorder: MethodRecorder(meter, limits: .init(iterations: iterations)), group: group)
      return (0..<local.count).map { i in
        (0..<solution.weights.columns).map { solution.weights[i, $0] }
      }
    }
  }
}
