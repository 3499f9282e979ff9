internal import Foundation

/// The checkout's folder.
package let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().path

/// Whether `Scripts/python` works here; it needs the network on first use.
package let hasPython: Bool = {
  (try? run(checkout + "/Scripts/python", ["-c", "import h5py, numpy, pynwb"]))?.status == 0
}()

/// Runs a script of `Tests/Python`; what it prints comes back.
package func python(_ script: String, _ arguments: [String]) throws -> ProgramResult {
  try run(checkout + "/Scripts/python", [checkout + "/Tests/Python/" + script] + arguments)
}
