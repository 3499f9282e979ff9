internal import Collectives
internal import Foundation
internal import Machine

extension MachineDescription {
  /// Reads what `ganglion doctor --json` prints, or its part `machine` alone.
  init(file path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "\(path): no such machine description")
    }
    struct Report: Decodable { let machine: MachineDescription }
    let decoder = JSONDecoder()
    do {
      if let report = try? decoder.decode(Report.self, from: data) {
        self = report.machine
      } else {
        self = try decoder.decode(MachineDescription.self, from: data)
      }
    } catch {
      throw CommandLineError(
        exitCode: ExitCode.badData,
        description: "\(path) is no machine description (ganglion doctor --json): \(error)")
    }
  }
}
