internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Tasks
internal import Wording

extension TrainCommand {
  /// The teacher task of the files that the flags name.
  ///
  /// Without `--steps` a file is one trial; with it, it is cut into trials of so many
  /// steps, and an incomplete last one is left out.
  ///
  /// `content` gets digests of them where a checkpoint will ask for them.
  func teacher(
    content: inout [String: String], on world: borrowing Communicator
  ) throws -> Teacher {
    let targets = try signals(taskOptions.targets ?? "", flag: "--targets", on: world)
    let steps = taskOptions.steps ?? targets.rows
    guard steps >= 2, steps <= targets.rows else {
      throw CommandLineError.usage(
        "--steps \(steps): --targets has \(targets.rows) steps; expected 2 to \(targets.rows)")
    }
    let trials = targets.rows / steps
    var drive: [Double] = []
    var inputs = 0
    if let path = taskOptions.drive {
      let given = try signals(path, flag: "--drive", on: world)
      guard given.rows == targets.rows else {
        throw CommandLineError(
          exitCode: ExitCode.badData,
          description:
            "--drive has \(given.rows) steps, --targets has \(targets.rows): they must agree")
      }
      inputs = given.columns
      drive = Self.values(given.view.rows(0..<(trials * steps)))
    }
    if checkpointing.checkpoint != nil {
      content["content of --targets"] = try ContentDigest.of(targets, first: 0, on: SingleRank())
      content["content of --drive"] = try ContentDigest.of(drive)
    }
    return Teacher(
      targets: Self.values(targets.view.rows(0..<(trials * steps))), inputs: drive,
      trials: trials, steps: steps, outputs: targets.columns, inputWidth: inputs,
      hidden: taskOptions.units(of: .teacher), leak: taskOptions.leak ?? 0.1)
  }

  /// A dataset (time, width) of a file.
  private func signals(
    _ place: String, flag: String, on world: borrowing Communicator
  ) throws -> Matrix<Double> {
    guard let address = DatasetAddress(argument: place) else {
      throw CommandLineError.usage("\(flag) \(place): expected FILE:PATH, such as data.h5:/rates")
    }
    try address.require(on: world) { dataset in
      guard dataset.shape.count == 2, dataset.shape.allSatisfy({ $0 > 0 }) else {
        throw address.refusal(
          ExitCode.badData, "has shape \(dataset.shape), expected (time, width)")
      }
      guard dataset.type.isNumeric else {
        throw address.refusal(ExitCode.badData, "holds \(dataset.type), not numbers")
      }
    }
    let file = try File.open(address.file, on: world)
    let dataset = try file.openDataset(address.path)
    let shape = dataset.shape
    let result = try dataset.readBlock(
      rows: 0..<shape[0], columns: 0..<shape[1], of: Double.self)
    for i in 0..<result.rows {
      for j in 0..<result.columns where !result[i, j].isFinite {
        throw CommandLineError(
          exitCode: ExitCode.badData,
          description: "\(place)[\(i), \(j)] is \(plain(result[i, j])): leave such steps out")
      }
    }
    return result
  }

  private static func values(_ view: MatrixView<Double>) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(view.rows * view.columns)
    for i in 0..<view.rows {
      for j in 0..<view.columns { result.append(view[i, j]) }
    }
    return result
  }
}
