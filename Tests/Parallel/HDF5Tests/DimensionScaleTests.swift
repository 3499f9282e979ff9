import HDF5
import TestSupport
import Testing

@Suite struct DimensionScaleTests {
  @Test func h5dumpSeesTheScalesOfAMatrix() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("scales.h5")
    let file = try File.create(path)
    do {
      let neuron = try file.createDataset("neuron", shape: [2], of: Int.self)
      try neuron.write([0, 1])
      try neuron.makeScale("neuron")
      let presyn = try file.createStrings("presyn", ["a", "b", "c"])
      try presyn.makeScale("presyn")
      let w = try file.createDataset("W", shape: [2, 3], of: Float.self)
      try w.attach(neuron, to: 0)
      try w.attach(presyn, to: 1)
      #expect(try neuron.isScale() && !w.isScale())
      #expect(try presyn.scaleName() == "presyn")
    }
    try file.close()
    let dump = try run("h5dump", ["-A", path])
    #expect(dump.output.contains("DIMENSION_LIST"))
    #expect(dump.output.contains("\"DIMENSION_SCALE\""))
    #expect(dump.output.contains("\"neuron\"") && dump.output.contains("\"presyn\""))
  }
}
