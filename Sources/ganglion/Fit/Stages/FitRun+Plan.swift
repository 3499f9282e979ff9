internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Planning
internal import Recordings
internal import Wording

extension FitRun {
  /// What the flags mean for this recording, settled before a trace is read.
  struct Planned {
    /// This rank's neurons.
    let local: Range<Int>
    let constraints: Constraints
    /// What is to be chosen on held-out blocks.
    let candidates: ModelCandidates
    /// How candidates are solved; at the given ridge, or the usual one until one is chosen.
    let configuration: Configuration
    /// As they go into the result, but for what is chosen.
    let settings: Settings
    /// What it will take.
    let fit: PlannedFit
  }

  /// Checks the flags against the recording, and reads the constraints.
  ///
  /// - Throws: `CommandLineError` (64, 65, 66).
  /// - Collective: every rank of `world` must call it.
  func plan(on world: borrowing Communicator) throws -> Planned {
    let console = session.console
    for note in recording.notes { console.say("note: \(note)") }
    if arithmetic.usesFeatures || ProductKernel.isAskedFor,
      let refusal = ProductKernel.best().refusal
    {
      console.say("note: \(refusal)")
    }
    if let caution = arithmetic.caution { console.say("note: \(caution)") }
    if world.size > 1, let missing = Library.missing { console.say("note: \(missing)") }
    if recording.dt == nil { console.say("note: \(Recording.noClock)") }
    let candidates = try command.candidates(alpha: recording.alpha, dt: recording.dt)
    let configuration = command.configuration(in: arithmetic, lambda: command.model.lambda.given)
    let settings = command.settings(for: recording, form: configuration.form)
    _ = try settings.json
    func number(_ count: Int, _ noun: String) -> String { "\(count) \(plural(noun, of: count))" }
    let files = command.recordings.joined(separator: ", ")
    let name = title ?? "\(files): \(recording.format)"
    console.say(
      "\(name), \(number(recording.neurons, "neuron")) × "
        + "\(number(recording.frames, "frame")); "
        + "\(number(world.size, "rank")) × \(number(session.threads, "thread"))")
    let local = Partition(of: recording.neurons, among: world.size).range(of: world.rank)
    return Planned(
      local: local, constraints: try readConstraints(of: local, on: world),
      candidates: candidates, configuration: configuration, settings: settings,
      fit: command.planned(
        command.shape(of: recording), configuration, candidates,
        bytesPerScalar: MemoryLayout<S>.stride))
  }

  /// The constraints on this rank's neurons (collective).
  private func readConstraints(
    of local: Range<Int>, on world: borrowing Communicator
  ) throws -> Constraints {
    let options = command.constraints
    let constraints = try options.read(neurons: recording.neurons, local: local, on: world)
    if let summary = try options.summary(of: constraints, neurons: recording.neurons, on: world) {
      session.console.say(summary)
    }
    return constraints
  }

  /// Says what the fit would take on this machine.
  ///
  /// - Collective: every rank of `world` must call it.
  func show(_ planned: Planned, on world: borrowing Communicator) throws {
    let machine = try MachineDescription(
      measuring: world, hostOfRank: [Int](repeating: 0, count: world.size), directory: nil,
      effort: .least)
    let job = Job(nodes: 1, ranksPerNode: world.size, threads: session.threads)
    let load = try planned.fit.load(of: planned.constraints, threads: session.threads, on: world)
    session.console.say("precision: \(arithmetic.reason(under: load))")
    session.console.say(planned.fit.prediction(of: job, on: machine, mask: load).text)
    if let cost = planned.candidates.horizonCost(of: planned.fit, in: job) {
      session.console.say(cost.text)
    }
    session.console.say("next: the same without --dry-run")
  }
}
