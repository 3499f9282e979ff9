internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra

/// The rows of an HDF5 dataset (time, cell) that another process extends while it is read.
///
/// HDF5 is not re-entrant, so it is looked at where the frames are taken.
final class GrowingDataset: FrameFeed {
  private let address: DatasetAddress
  private let file: File
  private var dataset: Dataset?
  /// Rows that were taken, and that are there.
  private var taken: Int
  private var rows = 0
  private let cells: Int
  private var isClosed = false
  private var timer = LookTimer()

  /// Begins with the row `first`.
  ///
  /// - Throws: `CommandLineError` (65, 66) where there is no such dataset, or it cannot be shared.
  init(_ address: DatasetAddress, first: Int = 0) throws {
    self.address = address
    taken = first
    do {
      file = try File.openGrowing(address.file)
      let dataset = try file.openDataset(address.path)
      guard dataset.shape.count == 2, dataset.type.isNumeric, dataset.shape[1] > 0 else {
        throw CommandLineError.badStream(
          "\(address.text) has shape \(dataset.shape), expected numbers (time, cell)")
      }
      cells = dataset.shape[1]
      rows = dataset.shape[0]
      self.dataset = consume dataset
    } catch let error as HDF5Error {
      throw CommandLineError.badStream(
        "\(address.text) cannot be followed: \(error); its writer must create it with libver"
          + " \"v110\" and switch to SWMR before, and files of pynwb are not written so")
    }
  }

  var waiting: Int { max(0, rows - taken) }

  func next() -> FeedEvent {
    do {
      if taken >= rows, !isClosed { try look() }
      guard taken < rows,
        let row = try dataset?.readBlock(
          rows: taken..<(taken + 1), columns: 0..<cells, of: Double.self)
      else { return isClosed ? .ended(nil) : .nothing }
      defer { taken += 1 }
      return .frame(
        StreamFrame(
          number: UInt64(taken), time: nil, arrival: .now,
          values: (0..<cells).map { row[0, $0].isFinite ? row[0, $0] : .nan }))
    } catch {
      return .ended(error)
    }
  }

  private func look() throws {
    guard timer.isDue(), let known = dataset.take() else { return }
    let fresh = try known.refreshed()
    rows = fresh.shape[0]
    dataset = consume fresh
  }

  func wait() { usleep(500) }

  func close() { isClosed = true }
}
