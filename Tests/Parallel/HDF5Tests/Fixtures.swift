import Foundation
import HDF5
import LinearAlgebra

/// Entry (i, j) is 1000 i + j: it tells where it belongs.
func ramp<S: Scalar>(
  rows: Int, columns: Int, of type: S.Type = Float.self
) -> Matrix<S> {
  var matrix = Matrix<S>(rows: rows, columns: columns)
  for i in 0..<rows {
    for j in 0..<columns { matrix[i, j] = S(1000 * i + j) }
  }
  return matrix
}

/// Writes a matrix as the only dataset of a new file.
func write<S: Scalar & Storable>(
  _ matrix: borrowing Matrix<S>, as name: String, to path: String
) throws {
  let file = try File.create(path)
  do {
    let dataset = try file.createDataset(name, shape: [matrix.rows, matrix.columns], of: S.self)
    try dataset.writeBlock(matrix)
    try dataset.close()
  }
  try file.close()
}

func writeText(_ text: String, to path: String) throws {
  try text.write(toFile: path, atomically: false, encoding: .utf8)
}

func truncate(_ path: String, to bytes: UInt64) throws {
  let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  try handle.truncate(atOffset: bytes)
  try handle.close()
}
