internal import Collectives
internal import Foundation
internal import Tasks
internal import Wording
internal import Yams

/// Reads a task that a YAML file describes.
struct DescriptionFile {
  /// The file's text.
  let text: String
  private let top: DescriptionPart

  /// - Throws: `CommandLineError`: 66 if it cannot be read, 78 if it is not YAML.
  init(_ path: String) throws {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput,
        description: "cannot read the task of --description \(path)")
    }
    self.text = text
    func wrong(_ text: String) -> CommandLineError {
      CommandLineError(exitCode: ExitCode.configuration, description: "\(path): \(text)")
    }
    do {
      guard let node = try Yams.compose(yaml: text) else { throw wrong("no task in it") }
      top = DescriptionPart(file: path, path: "", node: node)
    } catch let error as CommandLineError {
      throw error
    } catch YamlError.duplicatedKeysInMapping(let keys, _) {
      throw wrong("\(keys.joined(separator: ", ")): given twice")
    } catch {
      throw wrong("not YAML: \(error)")
    }
  }

  /// The task, every name resolved.
  ///
  /// - Throws: `CommandLineError` (78) about the first thing that is wrong, with its line.
  func description() throws -> TaskDescription {
    let parts = try top.table(
      of: ["steps", "values", "times", "inputs", "signals", "targets", "loss", "network"],
      "a table of steps, inputs, targets, and more")
    func required(_ key: String) throws -> DescriptionPart {
      guard let part = parts[key] else { throw top.wrong("has no \(key)") }
      return part
    }
    let steps = try required("steps").whole("at least 2 steps of a trial") { $0 >= 2 }
    var reader = DescriptionReader(TaskDescription(steps: steps))
    if let values = parts["values"] { try reader.readValues(values) }
    if let times = parts["times"] { try reader.readTimes(times) }
    reader.description.inputs = try reader.readSignals(try required("inputs"))
    if let signals = parts["signals"] { _ = try reader.readSignals(signals) }
    reader.description.targets = try reader.readSignals(try required("targets"))
    try reader.readLoss(parts["loss"], of: try required("targets"))
    if let network = parts["network"] { reader.description.network = try Self.network(network) }
    return reader.description
  }

  private static func network(_ part: DescriptionPart) throws -> NetworkDescription {
    let parts = try part.table(
      of: ["cell", "function", "hidden", "leak", "gain", "readout"], "a table")
    var network = NetworkDescription()
    if let cell = parts["cell"] { network.cell = try cell.word(NetworkDescription.Cell.self) }
    if let function = parts["function"] {
      network.function = try function.word(NetworkDescription.Function.self)
    }
    if let readout = parts["readout"] {
      network.readout = try readout.word(NetworkDescription.Readout.self)
    }
    if let hidden = parts["hidden"] {
      network.hidden = try hidden.whole("at least 1 unit") { $0 >= 1 }
    }
    if let leak = parts["leak"] {
      network.leak = try leak.number("a number in (0, 1]") { $0 > 0 && $0 <= 1 }
    }
    if let gain = parts["gain"] { network.gain = try gain.number("a number > 0") { $0 > 0 } }
    return network
  }
}
