import HDF5
import TestSupport
import Testing

@Suite struct AttributeTests {
  @Test func valuesComeBackAndReplace() throws {
    let directory = try TemporaryDirectory()
    let file = try File.create(directory.file("attributes.h5"))
    do {
      try file.setAttribute("dt", 0.6)
      try file.setAttribute("seed", 7)
      try file.setAttribute("units", "s⁻¹")
      try file.setAttribute("units", "1/s")
      try file.setAttribute("empty", "")
      let group = try file.createGroup("a/b")
      try group.setAttribute("scales", [1.5, 2.5])
      try group.setAttribute("names", ["x", "long"])
      #expect(try file.attribute("dt")?.number == 0.6)
      #expect(try file.attribute("seed") == .integers([7]))
      #expect(try file.attribute("units")?.string == "1/s")
      #expect(try file.attribute("empty")?.string == "")
      #expect(try file.attribute("absent") == nil)
      #expect(try file.attributeNames() == ["dt", "empty", "seed", "units"])
      #expect(try group.attribute("scales")?.doubles == [1.5, 2.5])
      #expect(try group.attribute("names") == .strings(["x", "long"]))
    }
    try file.close()
  }
}
