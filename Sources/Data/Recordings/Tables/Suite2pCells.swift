internal import Foundation
internal import LinearAlgebra

/// The marks of a Suite2p folder; nil if it has no file of them.
func suite2pCells(_ folder: String, count: Int) throws -> CellMarks? {
  let path = folder + "/iscell.npy"
  guard FileManager.default.fileExists(atPath: path) else { return nil }
  let file = try NPYFile(path)
  guard file.shape.first == count, file.shape.count <= 2 else {
    throw RecordingError.badData("\(path) has shape \(file.shape), for \(count) ROIs")
  }
  let flags = try file.readBlock(rows: 0..<count, columns: 0..<1, of: Double.self)
  return CellMarks(source: "iscell.npy", isCell: (0..<count).map { flags[$0, 0] > 0 })
}

/// A file of a Suite2p folder that was named by itself: all of it is taken, unless `--cells`
/// asks for the cells, and what the folder says is told.
func keepCellsBeside(_ plan: inout RecordingPlan, _ choice: CellChoice?) throws {
  guard case .npy(let traces) = plan.layout, traces.timeAxis == 1 else { return }
  let folder = URL(fileURLWithPath: traces.file).deletingLastPathComponent().path
  guard let marks = try? suite2pCells(folder, count: plan.neurons) else { return }
  if choice == .accepted { return try plan.keepCells(marks, choice) }
  plan.marksCells = true
  let cells = marks.isCell.count { $0 }
  if cells < plan.neurons {
    plan.notes.append(
      "\(cells) of \(plan.neurons) ROIs are cells (iscell.npy beside it), and all are taken: give"
        + " the folder, or --cells accepted")
  }
}
