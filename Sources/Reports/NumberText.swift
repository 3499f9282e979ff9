internal import Foundation

/// A number in few characters: three digits, and a power of ten where it is far from 1.
package func short(_ value: Double, digits: Int = 3) -> String {
  guard value.isFinite else { return value.isNaN ? "–" : value > 0 ? "∞" : "−∞" }
  let size = abs(value)
  if value == value.rounded(), size < 1e6 { return grouped(Int(value)) }
  if size >= 1e-3, size < 1e5 {
    let decimals = max(0, digits - 1 - Int(log10(size).rounded(.down)))
    return signed(String(format: "%.*f", min(decimals, 6), value))
  }
  let text = String(format: "%.*e", max(0, digits - 2), value)
  let parts = text.split(separator: "e")
  guard parts.count == 2, let power = Int(parts[1]) else { return signed(text) }
  return signed(parts[0] + "e\(power)")
}

/// A round number at a tick, without zeros at its end.
func tick(_ value: Double) -> String {
  guard abs(value) > 1e-12 else { return "0" }
  let size = abs(value)
  if size >= 1e-3, size < 1e5 {
    return signed(String(format: "%.6g", value))
  }
  let parts = String(format: "%.3g", value).split(separator: "e")
  guard parts.count == 2, let power = Int(parts[1]) else { return signed(parts[0]) }
  return signed(parts[0] == "1" ? "1e\(power)" : parts[0] + "e\(power)")
}

/// A share as a percentage.
package func percent(_ share: Double) -> String {
  share.isFinite ? signed(String(format: share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share)) : "–"
}

/// A count with a thin space every three digits.
package func grouped(_ count: Int) -> String {
  let digits = Array("\(abs(count))")
  var text = ""
  for (i, digit) in digits.enumerated() {
    if i > 0, (digits.count - i).isMultiple(of: 3), digits.count > 4 { text += "\u{202F}" }
    text.append(digit)
  }
  return count < 0 ? "−" + text : text
}

private func signed(_ text: some StringProtocol) -> String {
  text.hasPrefix("-") ? "−" + text.dropFirst() : String(text)
}
