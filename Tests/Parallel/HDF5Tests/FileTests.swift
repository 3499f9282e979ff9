import HDF5
import LinearAlgebra
import TestSupport
import Testing

@Suite struct FileTests {
  @Test func missingFileSaysWhy() throws {
    let error = #expect(throws: HDF5Error.self) { _ = try File.open("/nowhere/at/all.h5") }
    #expect(error?.call == "H5Fopen")
    #expect(error?.message.contains("No such file or directory") == true)
  }

  @Test func textIsNotHDF5() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("text.h5")
    try writeText("time,neuron\n", to: path)
    #expect(!File.isHDF5(path))
    let error = #expect(throws: HDF5Error.self) { _ = try File.open(path) }
    #expect(error?.message.contains("signature") == true)
  }

  @Test func truncatedFileIsRefused() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("whole.h5")
    try write(ramp(rows: 100, columns: 10), as: "x", to: path)
    try truncate(path, to: 3000)
    let error = #expect(throws: HDF5Error.self) { _ = try File.open(path) }
    #expect(error?.message.contains("truncated") == true)
  }

  @Test func creatingTwiceIsRefused() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("once.h5")
    try File.create(path).close()
    #expect(throws: HDF5Error.self) { _ = try File.create(path) }
  }

  @Test func closingWithAnOpenChildIsAnError() throws {
    let directory = try TemporaryDirectory()
    let file = try File.create(directory.file("child.h5"))
    let dataset = try file.createDataset("x", shape: [1], of: Double.self)
    var call = "none"
    do {
      try file.close()
    } catch {
      call = error.call
    }
    #expect(call == "H5Fclose")
    try dataset.close()
  }
}
