internal import Collectives
internal import Foundation
internal import Synchronization

/// The name of a file until it is complete: hidden, beside its place, and of one process.
///
/// `.model.h5.3fa9c1d2-4711-0.partial` is to become `model.h5`, and is written by process 4711
/// of the machine (its present boot, and its container) whose sign is 3fa9c1d2.
enum PartialName {
  /// A name that no other process takes, and this one once.
  static func unique(for name: String) -> String {
    let number = count.wrappingAdd(1, ordering: .relaxed).oldValue
    return prefix(name) + "\(machine)-\(getpid())-\(number)" + suffix
  }

  /// Removes what dead processes have left of files for this place.
  ///
  /// A process of another machine may be alive, so its file goes once it is a week old.
  static func removeStale(for path: String) {
    let directory = directory(of: path)
    let prefix = prefix(lastComponent(of: path))
    let all = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in all where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let place = directory + "/" + name
      guard let status = FileStatus(place),
        isStale(name.dropFirst(prefix.count).dropLast(suffix.count), status)
      else { continue }
      // A directory is what `OutputPlace` tried the place with.
      _ = unsafe status.kind == .directory ? rmdir(place) : unlink(place)
    }
  }

  private static func isStale(_ writer: Substring, _ status: FileStatus) -> Bool {
    let parts = writer.split(separator: "-")
    guard parts.count == 3, let process = pid_t(parts[1]), process > 0,
      [.regular, .directory].contains(status.kind)
    else { return false }
    guard parts[0] == machine else {
      return status.modified.timeIntervalSinceNow < -secondsUntilForgotten
    }
    return kill(process, 0) != 0 && errno == ESRCH
  }

  /// A week: no file is written for so long without a change.
  private static let secondsUntilForgotten = 7 * 86_400.0
  private static let suffix = ".partial"
  private static let count = Atomic(0)

  /// File systems allow 255 bytes in a name.
  private static func prefix(_ name: String) -> String {
    var short = name
    while short.utf8.count > 180 { short.removeLast() }
    return ".\(short)."
  }

  /// A sign of where a process number means one process: the machine since it was started,
  /// and the container within it.
  private static let machine: String = {
    let boot =
      (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))
      ?? ProcessInfo.processInfo.hostName
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    return String(StableHash.bits32(of: boot + (space ?? "")), radix: 16)
  }()
}
