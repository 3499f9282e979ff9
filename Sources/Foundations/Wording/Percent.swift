internal import Foundation

/// A share in percent in a sentence, as people write it, three digits at most: 12.5 %.
package func percentage(_ share: Double) -> String { plain(100 * share, digits: 3) + " %" }

/// A share in percent in a column, with so many decimals: 12.0 %.
package func percent(_ share: Double, decimals: Int) -> String {
  String(format: "%.*f %%", decimals, 100 * share)
}

/// A share in percent in print: whole ones, below 10 % with a decimal; "–" where there is none.
package func percent(_ share: Double) -> String {
  share.isFinite ? signed(percent(share, decimals: share < 0.1 ? 1 : 0)) : "–"
}
