import Foundation
import HDF5
import LinearAlgebra
import TestSupport

/// Writes a small recording (time, neuron) at `/traces`, slow sines of different frequencies.
///
/// `change` edits the value of a frame and neuron.
func writeSample(
  _ path: String, frames: Int = 60, neurons: Int = 6, amplitude: Double = 0.6,
  change: (_ t: Int, _ i: Int, _ value: Double) -> Double = { $2 }
) throws {
  var traces = Matrix<Double>(rows: frames, columns: neurons)
  for t in 0..<frames {
    for i in 0..<neurons {
      let value = amplitude * sin(0.2 * Double(t) * (1 + 0.3 * Double(i)) + Double(i))
      traces[t, i] = change(t, i, value)
    }
  }
  let file = try File.create(path)
  do {
    let dataset = try file.createDataset("/traces", shape: [frames, neurons], of: Double.self)
    try dataset.writeBlock(traces)
    try dataset.close()
  }
  try file.close()
}

/// A sample in a folder, and the words of a quick fit of it.
func sampleFit(
  in folder: borrowing TemporaryDirectory
) throws -> (recording: String, model: String, words: [String]) {
  let recording = folder.file("recording.h5")
  let model = folder.file("model.h5")
  try writeSample(recording)
  return (
    recording, model,
    ["fit", recording, "-o", model, "--time-axis", "0", "--alpha", "0.5", "--lambda", "1"]
  )
}

/// The matrix at a path of a file.
func readMatrix(_ path: String, _ name: String) throws -> Matrix<Double> {
  let dataset = try File.open(path).openDataset(name)
  return try dataset.readBlock(rows: 0..<dataset.shape[0], columns: 0..<dataset.shape[1])
}

/// The vector at a path of a file.
func readVector(_ path: String, _ name: String) throws -> [Double] {
  try File.open(path).openDataset(name).read()
}

/// The entries of a matrix, row by row.
func entries(_ matrix: borrowing Matrix<Double>) -> [Double] {
  let elements = matrix.elements
  return elements.indices.map { elements[$0] }
}
