import Collectives
import Runtime
import SOFO
import Tasks
import Testing
import Training

@Suite struct TrainerTests {
  /// By its clock every look takes an hour: a run looks after every step.
  private func pacerOfEveryStep(isAsked: @escaping () -> Bool) -> StopPacer {
    var time = 0.0
    return StopPacer(
      clock: {
        time += 3600
        return time
      }, isAsked: isAsked)
  }

  static func settings(_ method: Trainer.Method) -> Trainer.Settings {
    var settings = Trainer.Settings()
    settings.method = method
    settings.batch = 16
    settings.iterations = 12
    settings.heldOut = 32
    settings.evaluateEvery = 4
    settings.subspace.tangents = 24
    settings.subspace.learningRate = method == .sofo ? 1 : 1e-3
    settings.subspace.rule = .search
    settings.subspace.damping = 1e-3
    settings.learningRate = 1e-2
    settings.weightDecay = method.usualWeightDecay
    if method != .adam { settings.schedule.shape = .cosine }
    settings.evolution.population = 16
    return settings
  }

  @Test(arguments: Trainer.Method.allCases.filter { $0 != .force })
  func everyMethodLowersTheHeldOutLoss(method: Trainer.Method) throws {
    let task = Lorenz(hidden: 16, steps: 8)
    let result = try Trainer.run(
      task, Self.settings(method), on: SingleRank(), precision: Float.self, phases: Phases()
    ) { _ in .goOn }
    #expect(result.evaluation.loss.count == 4 && result.log.loss.count == 12)
    #expect(result.bestLoss < result.evaluation.loss[0])
    // A dozen steps of SOFO go a long way.
    if method == .sofo { #expect(result.bestLoss < 0.2 * result.evaluation.loss[0]) }
  }

  @Test func forceNeedsAReadout() throws {
    #expect(throws: SOFOError.self) {
      try Trainer.run(
        Lorenz(hidden: 4, steps: 4), Self.settings(.force), on: SingleRank(), precision: Float.self,
        phases: Phases()
      ) { _ in .goOn }
    }
    var few = Self.settings(.force)
    few.iterations = 3
    let result = try Trainer.run(
      FlipFlop(bits: 1, hidden: 40, steps: 60, trained: .readout), few, on: SingleRank(),
      precision: Float.self, phases: Phases()
    ) { _ in .goOn }
    #expect(result.bestLoss < 0.5 * result.evaluation.loss[0])
  }

  @Test func aRunStopsWhenToldAndKeepsItsBest() throws {
    let result = try Trainer.run(
      Lorenz(hidden: 8, steps: 4), Self.settings(.sofo), on: SingleRank(), precision: Float.self,
      phases: Phases()
    ) { $0.iteration < 5 ? .goOn : .stop }
    #expect(result.log.iteration == [0, 1, 2, 3, 4, 5])
    #expect(result.bestLoss == result.evaluation.loss.min())
  }

  /// Stopped before its second evaluation, a run has learnt more than the start knew.
  @Test func whatIsLearntSinceTheLastEvaluationCounts() throws {
    let task = Lorenz(hidden: 8, steps: 4)
    var settings = Self.settings(.adam)
    settings.evaluateEvery = 100
    func run(_ settings: Trainer.Settings, stopAt: Int) throws -> TrainResult {
      try Trainer.run(
        task, settings, on: SingleRank(), precision: Float.self, phases: Phases()
      ) { $0.iteration == stopAt ? .stop : .goOn }
    }
    func evaluateLast(_ result: inout TrainResult) throws {
      try Trainer.evaluateLast(
        &result, task, settings, on: SingleRank(), precision: Float.self, phases: Phases())
    }
    var stopped = try run(settings, stopAt: 5)
    #expect(stopped.bestIteration == 0 && stopped.evaluation.iteration == [0])
    try evaluateLast(&stopped)
    var short = settings
    short.iterations = 6
    let whole = try run(short, stopAt: 100)
    #expect(stopped.bestIteration == 6 && stopped.parameters == stopped.lastParameters)
    #expect(stopped.evaluation.iteration == [0, 6] && stopped.evaluation.elapsed.count == 2)
    #expect(stopped.evaluation.loss == whole.evaluation.loss)
    #expect(stopped.bestLoss == whole.bestLoss && stopped.parameters == whole.parameters)
    // Once is enough.
    try evaluateLast(&stopped)
    #expect(stopped.evaluation.iteration == [0, 6])
  }

  /// Stopped in the middle of an iteration, a run keeps the state after the last whole one.
  @Test(arguments: [Trainer.Method.sofo, .adam, .force, .eggroll])
  func aStopWithinAnIterationLosesNothing(method: Trainer.Method) throws {
    let task = FlipFlop(bits: 1, hidden: 20, steps: 30, trained: method == .force ? .readout : .all)
    func run(
      resuming: TrainState? = nil, pacer: StopPacer = StopPacer(),
      save: (TrainState) -> Void = { _ in }, after: (Int) -> Void = { _ in }
    ) throws -> TrainResult {
      try Trainer.run(
        task, Self.settings(method), on: SingleRank(), precision: Float.self, phases: Phases(),
        resuming: resuming, pacer: pacer, save: save
      ) {
        after($0.iteration)
        return .goOn
      }
    }
    let whole = try run()
    var looksLeft = Int.max
    var saved: TrainState?
    let pacer = pacerOfEveryStep {
      looksLeft -= 1
      return looksLeft < 0
    }
    let part = try run(pacer: pacer, save: { saved = $0 }, after: { if $0 == 5 { looksLeft = 11 } })
    #expect(part.wasStopped && part.log.iteration == Array(0...5))
    #expect(saved?.iteration == 6)
    let rest = try run(resuming: saved)
    #expect(rest.lastParameters == whole.lastParameters)
    #expect(rest.log.loss == whole.log.loss && rest.evaluation.loss == whole.evaluation.loss)
  }

  /// A run that the clock ends is evaluated as often as it is told to, whatever its iterations.
  @Test(arguments: [Trainer.Method.sofo, .adam]) func aBudgetEndsARun(
    method: Trainer.Method
  ) throws {
    var timed = Self.settings(method)
    timed.iterations = 1
    timed.budget = TimeBudget(seconds: 0.05, evaluations: 5)
    let result = try Trainer.run(
      Lorenz(hidden: 8, steps: 4), timed, on: SingleRank(), precision: Float.self,
      phases: Phases()
    ) { _ in .goOn }
    #expect(!result.wasStopped && result.log.elapsed.last.map { $0 >= 0.05 } == true)
    #expect(result.log.elapsed.dropLast().allSatisfy { $0 < 0.05 })
    #expect((2...7).contains(result.evaluation.loss.count))
    #expect(result.evaluation.iteration.first == 0)
    #expect(result.evaluation.iteration.last == result.log.iteration.count)
  }

  @Test func aTrainingThatRunsAwayIsTold() throws {
    var wild = Self.settings(.adam)
    wild.learningRate = 1e3
    let task = Lorenz(hidden: 8, steps: 4)
    let result = try Trainer.run(
      task, wild, on: SingleRank(), precision: Float.self, phases: Phases()
    ) { _ in .goOn }
    let divergence = try #require(result.divergence)
    #expect(divergence.first == result.evaluation.loss[0])
    #expect(!(divergence.loss <= 10 * divergence.first))
    #expect(result.parameters.allSatisfy { $0.isFinite })
    let good = try Trainer.run(
      task, Self.settings(.adam), on: SingleRank(), precision: Float.self, phases: Phases()
    ) { _ in .goOn }
    #expect(good.divergence == nil)
  }

  /// What was evaluated before a stop within the iteration is told after it.
  @Test func everyEvaluationIsTold() throws {
    let task = Lorenz(hidden: 8, steps: 4)
    var settings = Self.settings(.adam)
    settings.evaluateEvery = 2
    settings.iterations = 6
    var told: [Int: Double] = [:]
    func run(
      resuming: TrainState? = nil, pacer: StopPacer = StopPacer(),
      save: (TrainState) -> Void = { _ in }, after: (Int) -> Void = { _ in }
    ) throws -> TrainResult {
      try Trainer.run(
        task, settings, on: SingleRank(), precision: Float.self, phases: Phases(),
        resuming: resuming, pacer: pacer, save: save
      ) { progress in
        if let loss = progress.heldOutLoss { told[progress.iteration] = loss }
        after(progress.iteration)
        return .goOn
      }
    }
    _ = try run()
    let whole = told
    #expect(whole.keys.sorted() == [0, 2, 4])
    told = [:]
    // An evaluation has four steps.
    var looksLeft = Int.max
    var saved: TrainState?
    let pacer = pacerOfEveryStep {
      looksLeft -= 1
      return looksLeft < 0
    }
    let part = try run(pacer: pacer, save: { saved = $0 }, after: { if $0 == 1 { looksLeft = 5 } })
    #expect(part.wasStopped && part.evaluation.iteration == [0, 2] && told.keys.sorted() == [0])
    _ = try run(resuming: saved)
    #expect(told == whole)
  }

  /// Saved in the iteration in which it diverges, a run does not go on with another batch.
  @Test func aRunThatDivergedHasEnded() throws {
    var wild = Self.settings(.adam)
    wild.learningRate = 1e20
    wild.iterations = 40
    let task = Lorenz(hidden: 8, steps: 4)
    func run(
      resuming: TrainState? = nil, stops: Bool = false, save: (TrainState) -> Void = { _ in }
    ) throws -> TrainResult {
      try Trainer.run(
        task, wild, on: SingleRank(), precision: Float.self, phases: Phases(), resuming: resuming,
        save: save
      ) { stops && !$0.loss.isFinite ? .stop : .goOn }
    }
    let whole = try run()
    let iteration = try #require(whole.divergedAt)
    #expect(iteration < 39)
    var saved: TrainState?
    let part = try run(stops: true) { saved = $0 }
    #expect(part.wasStopped && saved?.iteration == iteration + 1)
    let rest = try run(resuming: saved)
    #expect(rest.divergedAt == iteration && rest.log.iteration == whole.log.iteration)
    #expect(rest.divergence?.iteration == iteration)
  }

  @Test(arguments: [Trainer.Method.sofo, .adam, .force, .adamw, .muon, .eggroll])
  func aResumedRunGoesOnBitForBit(method: Trainer.Method) throws {
    try Self.expectResumedRunsToBeTheSame(method)
  }

  /// In a process of its own: tests beside it change how many threads BLAS takes, and SOAP's
  /// products with them.
  @Test func aResumedRunOfSoapGoesOnBitForBit() async {
    await #expect(processExitsWith: .success) {
      try Self.expectResumedRunsToBeTheSame(.soap)
    }
  }

  private static func expectResumedRunsToBeTheSame(_ method: Trainer.Method) throws {
    let task = FlipFlop(bits: 1, hidden: 20, steps: 30, trained: method == .force ? .readout : .all)
    func run(
      resuming: TrainState?, stopAt: Int, _ save: (TrainState) -> Void
    ) throws -> TrainResult {
      try Trainer.run(
        task, Self.settings(method), on: SingleRank(), precision: Float.self, phases: Phases(),
        resuming: resuming, save: save
      ) { $0.iteration == stopAt ? .stop : .goOn }
    }
    var saved: TrainState?
    let whole = try run(resuming: nil, stopAt: 100) { _ in }
    let part = try run(resuming: nil, stopAt: 6) { saved = $0 }
    let rest = try run(resuming: saved, stopAt: 100) { _ in }
    #expect(part.wasStopped && !rest.wasStopped)
    #expect(rest.lastParameters == whole.lastParameters)
    #expect(rest.log.loss == whole.log.loss && rest.evaluation.loss == whole.evaluation.loss)
    #expect(rest.parameters == whole.parameters)
  }
}
