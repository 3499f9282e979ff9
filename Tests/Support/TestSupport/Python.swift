internal import Foundation

/// The checkout's folder.
package let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// Whether `Scripts/python` works here; it needs the network on first use.
package let hasPython: Bool = {
  (try? run(checkout + "/Scripts/python", ["-c", "import h5py, numpy, pynwb"]))?.status == 0
}()

/// Runs a script of `Tests/Python/inputs`; what it prints comes back.
package func python(_ script: String, _ arguments: [String]) throws -> ProgramResult {
  try run(checkout + "/Scripts/python", [checkout + "/Tests/Python/inputs/" + script] + arguments)
}

/// A folder with recordings of every format, which `fixtures.py` writes once a test run.
package let fixtures: String? = {
  let folder = "\(FileManager.default.temporaryDirectory.path)/ganglion-fixtures-\(getpid())"
  try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  atexit {
    try? FileManager.default.removeItem(
      atPath: "\(FileManager.default.temporaryDirectory.path)/ganglion-fixtures-\(getpid())")
  }
  return (try? python("fixtures.py", [folder]))?.status == 0 ? folder : nil
}()
