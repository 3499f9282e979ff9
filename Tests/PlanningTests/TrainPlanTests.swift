import Collectives
import Differentiation
import LinearAlgebra
import Machine
import Runtime
import SOFO
import Tasks
import Testing
import Training

@testable import Planning

/// What a training takes, against closed forms and against a run.
@Suite struct TrainPlanTests {
  private let task = FlipFlop(bits: 2, hidden: 12, steps: 30)

  private func training(
    _ method: Trainer.Method = .sofo, tangents: Int = 6, batch: Int = 10,
    _ change: (inout Trainer.Settings) -> Void = { _ in }
  ) -> PlannedTraining {
    var settings = Trainer.Settings()
    settings.method = method
    settings.batch = batch
    settings.iterations = 5
    settings.heldOut = 16
    settings.subspace.tangents = tangents
    change(&settings)
    return PlannedTraining(task, settings, precision: Float.self)
  }

  @Test func closedForms() {
    let training = training { $0.grid = Grid(tangents: 2, batch: 2) }
    let plan = TrainPlan(training, in: exampleJob(nodes: 2, ranks: 2))
    #expect(plan.tangents == 3 && plan.trials == 5)
    let program = task.record()
    let p = Double(program.freeParameterCount)
    let work = TangentWork(
      program,
      blocks: DirectionPlan(program, kind: .gaussian, count: 6).blocks(of: 0..<3).blocks, atMost: 3)
    #expect(plan.tangentProducts == work.products * 5 * 30 && work.products > 0)
    #expect(plan.directionProducts == work.directions * 5 * 30 && work.directions > 0)
    #expect(plan.touchedBytes == work.passes * 5 * 30 * 4)
    #expect(plan.sketch == 36 * 5 * 2 * 30 / 2)
    #expect(agree(plan.solution, 216 / 3.0) && plan.inputs == 0 && plan.passes == 2)
    let state = Double(training.stateWidth)
    // Three tangents take as much room as 16, states as much as 48: whole vectors, an odd number of
    // cache lines.
    let trial = Double(training.valuesOfTrial + 30 * training.dataAStep)
    let numbers = 16 * p + 48 * 10 * state + 5 * trial + 2 * p
    #expect(agree(plan.bytes, 70e6 + numbers * 4 + 8 * (2 * 36 + 4 * p)))
    #expect(plan.nodeBytes == 2 * plan.bytes)
  }

  /// The recurrent matrix once a step; the readout twice, feedback and inputs once.
  @Test func flopsOfAProgram() {
    #expect(training().flopsAStep == 2 * (12 * 12 + 4 * 12 * 2))
  }

  /// One direction, and none: a gradient is planned as one.
  @Test func oneTangent() {
    let one = TrainPlan(training(tangents: 1), in: exampleJob())
    let gradient = TrainPlan(training(.adam), in: exampleJob())
    #expect(one.tangents == 1 && gradient.tangents == 1)
    #expect(one.solution == 1 / 3.0 && one.tangentProducts > 0)
    #expect(gradient.tangentProducts == 0 && gradient.solution == 0 && gradient.passes == 3)
    let sent = one.messages.sent(by: one.job)
    #expect(sent.aRank == 0 && sent.aNode == 0)
  }

  /// Directions of the one matrix of at least eight rows and columns are held twice, the second time
  /// in half as many rows; products take the rate of packed ones where these are of the same units.
  @Test func roundedProducts() {
    let rounded = training { $0.subspace.rounded = true }
    let (plan, single) = (
      TrainPlan(rounded, in: exampleJob()), TrainPlan(training(), in: exampleJob())
    )
    #expect(agree(plan.bytes - single.bytes, 16 * 12 * 6 * 4))
    func seconds(_ plan: TrainPlan, _ kernel: ProductKernel) -> Double {
      let machine = machine {
        $0.packedRate = 6e10
        $0.packedKernel = kernel
      }
      return TrainPrediction(plan, on: machine).seconds
    }
    let products = 3 * plan.tangentProducts + plan.directionProducts
    #expect(
      agree(
        seconds(single, .avx512BF16) - seconds(plan, .avx512BF16),
        products * (1 / 3e10 - 1 / 6e10)))
    #expect(seconds(plan, .amx) == seconds(single, .amx))
    #expect(!training(.adam) { $0.subspace.rounded = true }.isRounded)
  }

  /// More ranks than trials or tangents leave each one of them.
  @Test func moreRanksThanTrials() {
    let plan = TrainPlan(training(batch: 3), in: exampleJob(ranks: 8))
    #expect(plan.grid == Grid(tangents: 1, batch: 8) && plan.trials == 1 && plan.tangents == 6)
    let grid = training(tangents: 2) { $0.grid = Grid(tangents: 8, batch: 1) }
    #expect(TrainPlan(grid, in: exampleJob(ranks: 8)).tangents == 1)
  }

  @Test func whitening() {
    let whitened = training { $0.subspace.whitening = 0.1 }
    #expect(whitened.covariances > 0 && training().covariances == 0)
    let plan = TrainPlan(whitened, in: exampleJob())
    #expect(plan.inputs == 2 * whitened.flopsAStep * 10 * 30)
    #expect(training(.adam) { $0.subspace.whitening = 0.1 }.covariances == 0)
  }

  /// The gradient of Adam is summed; SOFO's sums grow with what it sketches and tries.
  @Test func messages() {
    let p = Double(task.record().freeParameterCount)
    let adam = TrainPlan(training(.adam), in: exampleJob(ranks: 4)).messages
    #expect(agree(adam.collected, 2 * 3 * 8 * p) && adam.dealt == 0 && adam.rounds == 4)
    func sofo(_ change: (inout Trainer.Settings) -> Void = { _ in }) -> TrainMessages {
      TrainPlan(training(.sofo, change), in: exampleJob(ranks: 4)).messages
    }
    #expect(agree(sofo().collected, 2 * 3 * 8 * 43 + 8 * p * 3 + 2 * 3 * 8 * 8))
    #expect(sofo().rounds == 6 && sofo { $0.subspace.rule = .search }.rounds == 10)
    #expect(
      agree(sofo { $0.subspace.orthonormal = true }.collected - sofo().collected, 48 * 36))
    let dealt = sofo { $0.grid = Grid(tangents: 4, batch: 1) }
    #expect(agree(dealt.dealt, 6 * 10 * 60 * 0.75 * 4) && dealt.rounds == 8)
    // Of one node a rank's own; of several what its last rank sends on.
    let (aRank, aNode) = adam.sent(by: exampleJob(nodes: 2, ranks: 2))
    #expect(agree(aRank, 12 * p) && agree(aNode, 12 * p))
  }

  /// A tape holds all steps, as the run that makes one says.
  @Test(arguments: [20, 200])
  func tape(steps: Int) throws {
    let task = FlipFlop(bits: 2, hidden: 48, steps: steps)
    var settings = Trainer.Settings()
    settings.method = .adam
    settings.batch = 20
    settings.iterations = 1
    settings.heldOut = 8
    let result = try Trainer.run(
      task, settings, on: SingleRank(), precision: Float.self, phases: Phases()
    ) { _ in .goOn }
    let plan = TrainPlan(
      PlannedTraining(task, settings, precision: Float.self), in: exampleJob())
    let data = Double(20 * steps * plan.training.dataAStep * 4 + 8 * 5 * plan.training.parameters)
    let ratio = (plan.bytes - TrainPlan.processBytes - data) / Double(result.bytes)
    #expect(ratio > 0.9 && ratio < 1.1, "planned \(ratio) times the tape")
  }

  /// The work space that a run reports of itself.
  @Test(arguments: [(6, 10), (40, 20)])
  func workSpace(tangents: Int, batch: Int) throws {
    let task = FlipFlop(bits: 2, hidden: 48, steps: 20)
    var settings = Trainer.Settings()
    settings.batch = batch
    settings.iterations = 1
    settings.heldOut = 8
    settings.subspace.tangents = tangents
    let result = try Trainer.run(
      task, settings, on: SingleRank(), precision: Float.self, phases: Phases()
    ) { _ in .goOn }
    let plan = TrainPlan(
      PlannedTraining(task, settings, precision: Float.self), in: exampleJob())
    let ratio = (plan.bytes - TrainPlan.processBytes) / Double(result.bytes)
    #expect(ratio > 0.5 && ratio < 2, "planned \(ratio) times the work space")
  }

  @Test func secondsByHand() {
    let plan = TrainPlan(training(), in: exampleJob(nodes: 2))
    let prediction = TrainPrediction(plan, on: exampleMachine)
    let sent = plan.messages.sent(by: plan.job).aNode
    let communication = sent / 1.1e9 + plan.messages.rounds * 3e-5
    let rows = Double(plan.trials)
    let panels = MachineRates(of: exampleMachine, threads: 1).panels(of: rows, isDouble: false)
    let values =
      rows * (training().flopsAStep / panels + Double(training().numbersAStep * 4) / 2e10)
    // Six tangents, and numbers that take as long to pick as 12.
    let work =
      (3 * plan.tangentProducts + plan.directionProducts + plan.sketch) / 3e10
      + plan.solution / 1.5e10 + plan.touchedBytes / 2e10
      + 30
      * (2 * (values + 3e-7 * Double(training().operationsAStep))
        + rows * 1.5e-8 * Double(training().dataAStep))
    #expect(agree(prediction.communication, communication))
    #expect(agree(prediction.seconds, work + communication))
    let alone = TrainPrediction(TrainPlan(training(), in: exampleJob()), on: exampleMachine)
    #expect(alone.communication == 0)
  }

  @Test func text() {
    let alone = TrainPrediction(TrainPlan(training(), in: exampleJob()), on: exampleMachine)
    let text = alone.text(memory: nil)
    #expect(text.hasPrefix("PREDICTION, not a measurement: 1 node × 1 rank × 1 thread\n"))
    #expect(text.contains("grid 1x1: 6 tangents and 10 trials a rank"))
    #expect(text.hasSuffix("GB a rank"))
    #expect(alone.text(memory: 1).hasSuffix("; fits 1 GB a node"))
    #expect(alone.text(memory: 0.01).contains("does NOT fit 0 GB a node"))
    let far = TrainPrediction(
      TrainPlan(training(), in: exampleJob(nodes: 2)), on: exampleMachine)
    #expect(far.text(memory: 1).contains("\npredicted between nodes: "))
  }
}
