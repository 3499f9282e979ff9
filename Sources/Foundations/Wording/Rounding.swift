internal import Foundation

/// A number with at most so many decimals, half away from zero; fewer than none round tens,
/// hundreds and so on.
package func rounded(_ value: Double, decimals: Int) -> Double {
  let scale = pow(10, Double(decimals))
  return (value * scale).rounded() / scale
}

/// A number rounded to so many figures, whole parts too: 1230, 0.0457; "infinite" where it is
/// not finite.
package func significant(_ value: Double, figures count: Int = 3) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "infinite" }
  let number = rounded(value, decimals: count - 1 - Int(floor(log10(abs(value)))))
  return number == number.rounded() && abs(number) < 1e9 ? "\(Int(number))" : "\(number)"
}
