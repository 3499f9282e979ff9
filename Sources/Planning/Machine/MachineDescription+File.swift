internal import Collectives
internal import Foundation
package import Machine

/// A file that describes no machine, or none that could exist.
package struct MachineFileError: ExitCoded, Equatable {
  package let exitCode: Int32
  package let description: String

  fileprivate static func missing(_ path: String) -> MachineFileError {
    MachineFileError(
      exitCode: ExitCode.missingInput, description: "\(path): no such machine description")
  }

  fileprivate static func unusable(_ path: String, _ reason: String) -> MachineFileError {
    MachineFileError(
      exitCode: ExitCode.badData,
      description: "\(path) is no machine description (see ganglion doctor --json): \(reason)")
  }
}

extension MachineDescription {
  /// Reads what `ganglion doctor --json` prints, or its part `machine` alone.
  ///
  /// - Throws: `MachineFileError`: exit code 66 without a file, 65 if it is none.
  package init(file path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw MachineFileError.missing(path)
    }
    struct Report: Decodable { let machine: MachineDescription }
    let decoder = JSONDecoder()
    do {
      if let report = try? decoder.decode(Report.self, from: data) {
        self = report.machine
      } else {
        self = try decoder.decode(MachineDescription.self, from: data)
      }
    } catch let error as DecodingError {
      throw MachineFileError.unusable(path, Self.words(error))
    }
    if let (name, value) = notPositive {
      throw MachineFileError.unusable(path, "\(name) is \(value), expected a number > 0")
    }
  }

  private static func words(_ error: DecodingError) -> String {
    func name(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
    return switch error {
    case .keyNotFound(let key, let context):
      "\(name(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(name(context.codingPath)) is not a number, or not a group of such"
    default: "it is not valid JSON"
    }
  }

  /// The first of the counts and rates that no machine has.
  private var notPositive: (name: String, value: Double)? {
    let optional: [(String, Double?)] = [
      ("panelRateFloat", panelRateFloat), ("panelRateDouble", panelRateDouble),
      ("packedRate", packedRate), ("gramRate", gramRate), ("factorRate", factorRate),
      ("vectorBandwidth", vectorBandwidth),
      ("messagesWithinHost.bandwidth", messagesWithinHost?.bandwidth),
      ("messagesBetweenHosts.bandwidth", messagesBetweenHosts?.bandwidth),
      ("files.read", files?.read), ("files.write", files?.write),
    ]
    let all =
      [
        ("ranks", Double(ranks)), ("hosts", Double(hosts)), ("threads", Double(threads)),
        ("productRateFloat", productRateFloat), ("productRateDouble", productRateDouble),
        ("memoryBandwidth", memoryBandwidth),
      ] + optional.compactMap { name, value in value.map { (name, $0) } }
    return all.first { !($0.1 > 0) }.map { (name: $0.0, value: $0.1) }
  }
}
