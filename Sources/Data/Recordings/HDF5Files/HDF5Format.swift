internal import HDF5

/// The conventions by which HDF5 files hold recordings.
enum HDF5Format: String, Sendable {
  case own = "Ganglion"
  /// A model, scores or a run of this program: traces only where --traces says so.
  case result = "Ganglion result"
  case nwb = "NWB"
  case caiman = "CaImAn"
  case chen = "Chen 2018"
  case matlab = "MATLAB v7.3"
  case plain = "HDF5"

  /// Tells the convention by what the file holds.
  init(_ file: borrowing File, _ entries: [Entry]) throws(HDF5Error) {
    func has(_ path: String) -> Bool { entries.contains { $0.path == path } }
    if has("/rates"), try file.attribute("software")?.string == "Ganglion" {
      self = .own
    } else if try file.attribute("nwb_version") != nil {
      self = .nwb
    } else if try file.attribute("software")?.string == "Ganglion" {
      self = .result
    } else if has("/estimates/C") {
      self = .caiman
    } else if has("/CellResp") || has("/CellRespZ") {
      self = .chen
    } else if try HDF5Format.isMatlab(file, entries) {
      self = .matlab
    } else {
      self = .plain
    }
  }

  private static func isMatlab(
    _ file: borrowing File, _ entries: [Entry]
  ) throws(HDF5Error) -> Bool {
    for entry in entries.prefix(50) where entry.kind == .dataset && entry.problem == nil {
      if try file.openDataset(entry.path).attribute("MATLAB_class") != nil { return true }
    }
    return false
  }
}
