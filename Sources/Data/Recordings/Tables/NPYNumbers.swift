/// All numbers of a small NumPy array.
package struct NPYNumbers {
  /// The extents, slowest first.
  package let shape: [Int]
  /// In the order of the file.
  package let values: [Double]

  /// - Throws: `RecordingError` if it is not an array of numbers, is cut short, or has more than
  ///   `most`.
  package init(_ path: String, atMost most: Int) throws {
    let file = try NPYFile(path)
    shape = file.shape
    // As floating point numbers, which do not overflow.
    guard file.shape.reduce(1.0, { $0 * Double($1) }) <= Double(most) else {
      throw RecordingError.badData(
        "\(path) has shape \(file.shape), more than \(most) numbers")
    }
    let count = file.shape.reduce(1, *)
    values = try file.numbers(count)
  }
}
