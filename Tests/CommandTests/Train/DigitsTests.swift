import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// The images of `ganglion train mnist`.
  @Suite struct DigitsTests {
    /// Folders that hold something else than digits.
    @Test func foldersOfOtherData() throws {
      let folder = try TemporaryDirectory()
      let data = folder.file("digits")
      let line = ["train", "mnist", "--data", data, "--iterations", "1", "--tangents", "4"]
      try expectRefusal(line + ["--dry-run"], 66, "digits: no such folder", in: folder.path)
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      func write(_ name: String, _ head: [UInt32], _ body: [UInt8]) throws {
        let bytes = head.flatMap { word in (0..<4).map { UInt8(word >> (24 - 8 * $0) & 255) } }
        try Data(bytes + body).write(to: URL(fileURLWithPath: data + "/" + name))
      }
      func refused(_ code: Int32, _ texts: String...) throws {
        let result = try ganglion(line + ["-o", folder.file("run.h5")])
        #expect(result.status == code, "\(result)")
        for text in texts { #expect(result.errors.contains(text), "\(result.errors)") }
      }
      try write("train-images-idx3-ubyte.gz", [], [])
      try refused(66, "train-images-idx3-ubyte compressed", "gunzip")
      try FileManager.default.removeItem(atPath: data + "/train-images-idx3-ubyte.gz")
      try refused(66, "has no train-images-idx3-ubyte", "four IDX files")
      for (set, count) in [("train", UInt32(12)), ("t10k", 3)] {
        try write(
          set + "-images-idx3-ubyte", [0x803, count, 2, 1], (0..<(2 * count)).map { UInt8($0) })
        try write(set + "-labels-idx1-ubyte", [0x801, count], (0..<count).map { UInt8($0 % 10) })
      }
      try write("t10k-labels-idx1-ubyte", [0x801, 3], [0, 46, 2])
      try refused(65, "t10k-labels-idx1-ubyte: label 1 is 46", "0 to 9")
      try write("t10k-labels-idx1-ubyte", [0x801, 4], [0, 4, 2, 1])
      try refused(65, "has 3 images", "4 labels")
      try write("t10k-labels-idx1-ubyte", [0x1f8b, 3], [0, 4, 2])
      try refused(65, "no IDX file", "compressed?")
      try write("t10k-labels-idx1-ubyte", [0x801, 3], [0, 4, 2, 2])
      try refused(65, "has 4 bytes", "announces 3")
      try write("t10k-labels-idx1-ubyte", [0x801, 3], [0, 4, 2])
      let text = try succeed(line + ["-o", folder.file("run.h5"), "--hidden", "3"])
      #expect(text.contains("accuracy = ") && text.contains("3 test images"), "\(text)")
    }
  }
}
