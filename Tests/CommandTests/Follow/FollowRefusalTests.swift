import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// What `follow` refuses before it begins.
  @Suite struct FollowRefusalTests {
    @Test func refusals() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try writeSample(recording)
      let model = folder.file("model.h5")
      try "a,b\n1,2\n2,1\n".write(
        toFile: folder.file("table.csv"), atomically: true, encoding: .utf8)
      try FileManager.default.createDirectory(
        atPath: folder.file("names.csv"), withIntermediateDirectories: true)
      for (words, code, says) in [
        ([recording, "--framed"], Int32(64), "is no FIFO: give --replay"),
        ([recording], 64, "is no FIFO: give --replay"),
        ([folder.path], 64, "is a folder: give"),
        // What is not there is told first, whatever else is missing.
        ([folder.file("nowhere"), "--framed"], 66, "nowhere: No such file"),
        ([folder.file("nowhere.h5")], 66, "nowhere.h5: No such file"),
        ([folder.file("nowhere.csv")], 66, "nowhere.csv: No such file"),
        ([folder.file("nowhere.h5") + ":/rates"], 66, "nowhere.h5: No such file"),
        ([folder.file("nowhere") + "/*.npy"], 66, "nowhere: No such file"),
        ([recording + "/*.npy"], 66, "recording.h5 is no folder"),
        ([folder.file("nowhere.h5"), "--replay", "max"], 66, "nowhere.h5"),
        (["ipc://" + folder.file("nowhere/frames")], 66, "nowhere: No such file"),
        ([folder.file("names.csv")], 64, "is a folder: give"),
        ([recording + ":/nothing", "--rate", "3"], 65, "cannot be followed"),
        ([folder.file("table.csv")], 64, "no column is the time: give --rate HZ"),
        (
          ["-", "--cells", "3", "--rate", "9", "--page", "p", "--cells-out", "a"], 64,
          "have no names"
        ),
        (["-", "--rate", "3"], 64, "give --cells N"),
        (["-", "--cells", "3"], 64, "give --rate HZ"),
        (["-", "--cells", "0", "--rate", "3"], 64, "--cells is 0, expected 1 to 1000000"),
        (["-", "--replay", "max"], 64, "the source is -"),
        ([recording, "--replay", "max", "--time-axis", "0"], 64, "has no clock"),
        ([recording, "--replay", "0"], 64, "--replay is 0, expected frames a second > 0"),
        (
          [
            recording, "--replay", "max", "--time-axis", "0", "--rate", "9", "--warmup", "3",
            "--alpha", ".5", "--lambda", "1", "--forecast-out", "-", "--cells-out", "6",
          ], 64, "has no neuron 6: its first is 0, its last 5"
        ),
      ] {
        try expectRefusal(["follow"] + words + ["-o", model], code, says, in: folder.path)
      }
    }
  }
}
