internal import Foundation

/// The folder of real recordings, if this machine has it: `GANGLION_DATA`, or
/// `../shared/data` beside the checkout.
package let userData: String? = {
  let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let places: [String?] = [
    ProcessInfo.processInfo.environment["GANGLION_DATA"],
    checkout.appendingPathComponent("shared/data").path,
    checkout.deletingLastPathComponent().appendingPathComponent("shared/data").path,
  ]
  return places.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0) }
}()
