import HDF5
import LinearAlgebra
import TestSupport
import Testing

@Suite struct DatasetTests {
  @Test func blocksAndTransposedBlocksComeBack() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("ramp.h5")
    try write(ramp(rows: 50, columns: 7), as: "group/x", to: path)
    let file = try File.open(path)
    let dataset = try file.openDataset("/group/x")
    #expect(dataset.shape == [50, 7])
    #expect(dataset.type == .float(bytes: 4))
    let block: Matrix<Double> = try dataset.readBlock(rows: 10..<20, columns: 2..<5)
    #expect(block.rows == 10 && block.columns == 3)
    #expect(block[0, 0] == 10_002 && block[9, 2] == 19_004)
    let series: Matrix<Float> = try dataset.readTransposed(rows: 5..<50, columns: 3..<7)
    #expect(series.rows == 4 && series.columns == 45)
    for i in 0..<4 {
      for t in 0..<45 { #expect(series[i, t] == Float(1000 * (t + 5) + i + 3)) }
    }
    let nothing: Matrix<Float> = try dataset.readTransposed(rows: 0..<50, columns: 7..<7)
    #expect(nothing.rows == 0 && nothing.columns == 50)
  }

  @Test func h5dumpSeesContiguousFloats() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("ramp.h5")
    try write(ramp(rows: 2, columns: 3), as: "x", to: path)
    let dump = try run("h5dump", ["-p", "-d", "/x", path])
    #expect(dump.output.contains("H5T_IEEE_F32LE"))
    #expect(dump.output.contains("CONTIGUOUS"))
    #expect(dump.output.contains("H5D_ALLOC_TIME_EARLY"))
    #expect(dump.output.contains("(1,0): 1000, 1001, 1002"))
  }

  @Test func numbersConvertBothWays() throws {
    let directory = try TemporaryDirectory()
    let file = try File.create(directory.file("types.h5"))
    do {
      try file.createDataset("integers", shape: [3], of: Int.self).write([-1, 0, 1 << 40])
      try file.createDataset("flags", shape: [2], of: UInt8.self).write([1.0, 0.0])
      try file.createDataset("scalar", shape: [], of: Double.self).write([0.25])
      try file.createDataset("none", shape: [0], of: Double.self).write([Double]())
      let integers: [Double] = try file.openDataset("integers").read()
      #expect(integers == [-1, 0, 1_099_511_627_776])
      let part: [Int] = try file.openDataset("integers").read(range: 1..<3)
      #expect(part == [0, 1 << 40])
      let flags: [Int] = try file.openDataset("flags").read()
      #expect(flags == [1, 0])
      let scalar: [Float] = try file.openDataset("scalar").read()
      #expect(scalar == [0.25])
      let none: [Float] = try file.openDataset("none").read()
      #expect(none.isEmpty)
    }
    try file.close()
  }

  @Test func wrongRankAndWrongTypeAreRefused() throws {
    let directory = try TemporaryDirectory()
    let file = try File.create(directory.file("wrong.h5"))
    let names = try file.createStrings("names", ["a", "b"])
    let error = #expect(throws: HDF5Error.self) { let _: [Double] = try names.read() }
    #expect(error?.message == "holds string[1], not numbers")
    let vector = try file.createDataset("vector", shape: [4], of: Float.self)
    let other = #expect(throws: HDF5Error.self) {
      _ = try vector.readBlock(rows: 0..<1, columns: 0..<1, of: Float.self)
    }
    #expect(other?.message.contains("has shape [4]") == true)
    #expect(throws: HDF5Error.self) { _ = try file.openDataset("absent") }
    #expect(throws: HDF5Error.self) { _ = try file.openDataset("/") }
  }

  @Test func stringsKeepTheirBytes() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("strings.h5")
    let file = try File.create(path)
    do {
      let strings = try file.createStrings("labels", ["AVAL", "", "Ähre β"])
      #expect(try strings.readStrings() == ["AVAL", "", "Ähre β"])
    }
    try file.close()
    let dump = try run("h5dump", ["-d", "/labels", path])
    #expect(dump.output.contains("H5T_CSET_UTF8"))
    #expect(dump.output.contains("STRSIZE 8"))
  }
}
