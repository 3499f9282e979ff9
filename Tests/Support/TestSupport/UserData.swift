internal import Foundation

/// The folder of real recordings, if this machine has it: `GANGLION_DATA`, or
/// `../shared/data` beside the checkout.
package let userData: String? = {
  let places: [String?] = [
    ProcessInfo.processInfo.environment["GANGLION_DATA"],
    checkout + "/../shared/data", checkout + "/../../shared/data",
  ]
  return places.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0) }
}()
