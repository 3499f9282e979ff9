/// Products of tangents with numbers rounded to bfloat16.
package enum RoundedProducts {
  /// Rows and columns below which rounding costs more than the product gains by it.
  private static let fewest = 8

  /// Whether a product of so many numbers into so many rows is worth rounding.
  package static func pay(_ numbers: Int, _ rows: Int) -> Bool {
    numbers >= fewest && rows >= fewest
  }

  /// Rows of pairs that directions of a tensor take: two inputs are side by side.
  package static func pairs(_ rows: Int, _ inputs: Int) -> Int { rows * ((inputs + 1) / 2) }
}
