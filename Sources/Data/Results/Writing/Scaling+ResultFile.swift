internal import HDF5
internal import LinearAlgebra
package import Recordings

extension Scaling {
  /// Writes `/preprocessing/{offset,drift,scale}`, the kind, and the baseline if it moves.
  ///
  /// `first` is the number of this rank's first neuron.
  ///
  /// - Collective: every rank that shares the file must call it.
  package func write(to file: inout ResultFile, first: Int) throws {
    try file.contents.setAttribute("scaling", kind.rawValue)
    for (name, values, meaning) in [
      ("offset", offset, "subtracted from the recorded values"),
      ("drift", drift, "subtracted times the frame's number"),
      ("scale", scale, "by which the difference was divided"),
    ] {
      let variable = try file.createVariable(
        "preprocessing/\(name)", of: Double.self, ["neuron"], longName: meaning)
      try variable.write(values, at: first)
      try variable.close()
    }
    try baseline?.write(to: &file, first: first)
  }
}

extension MovingBaseline {
  /// Frames that are written at a time, of all of a rank's neurons.
  private static var framesAtATime: Int { 512 }

  /// Writes `/preprocessing/baseline` (time, neuron); `first` is the number of this rank's
  /// first neuron.
  ///
  /// - Collective: every rank that shares the file must call it.
  func write(to file: inout ResultFile, first: Int) throws {
    let variable = try file.createVariable(
      "preprocessing/baseline", of: Float.self, ["time", "neuron"],
      longName: "F0 of dF/F, in the recording's units; the other steps act on dF/F")
    for lower in stride(from: 0, to: frames, by: Self.framesAtATime) {
      let rows = lower..<min(lower + Self.framesAtATime, frames)
      try variable.writeBlock(block(rows), row: lower, column: first)
    }
    try variable.close()
  }
}
