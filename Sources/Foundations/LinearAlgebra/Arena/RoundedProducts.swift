internal import Kernels

/// Products of tangents with numbers rounded to bfloat16.
package enum RoundedProducts {
  /// Rows and columns below which rounding costs more than the product gains by it.
  private static let fewest = 8

  /// Whether a product of so many numbers into so many rows is worth rounding.
  package static func pay(_ numbers: Int, _ rows: Int) -> Bool {
    numbers >= fewest && rows >= fewest
  }

  /// A place for the pairs of a parameter; nil if it has too few columns for products to be rounded.
  ///
  /// One of few rows may be a part of a product that is large enough.
  package static func reservePairs<S: Scalar>(
    _ rows: Int, _ columns: Int, of type: S.Type, in plan: inout ArenaPlan
  ) -> Slot? {
    guard columns >= fewest else { return nil }
    return plan.reserve(rows: (rows + 1) / 2, columns: S.parameterStride(columns))
  }

  /// Rows of pairs that directions of a tensor take: two inputs are side by side.
  package static func pairs(_ rows: Int, _ inputs: Int) -> Int { rows * ((inputs + 1) / 2) }
}
