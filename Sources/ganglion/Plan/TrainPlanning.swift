internal import Machine
internal import Planning

/// The job and the machine that a training is planned for.
struct TrainPlanning {
  let machine: MachineDescription
  let job: Job
  /// GB a node; nil: not asked for.
  var memory: Double?
}
