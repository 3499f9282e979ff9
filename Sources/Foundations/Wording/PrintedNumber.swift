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

/// A correlation in print: three decimals, as those below 0.001 are none.
package func shortCorrelation(_ value: Double) -> String {
  value.isFinite ? signed(String(format: "%.3f", value)) : "–"
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

/// A count with its noun: "1 neuron", "3 neurons".
package func counted(_ count: Int, _ noun: String) -> String {
  "\(grouped(count)) \(plural(noun, of: count))"
}

/// A noun with its s where there is not just one.
package func plural(_ noun: String, of count: Int) -> String { count == 1 ? noun : noun + "s" }

/// A number with the minus sign of print.
package func signed(_ text: some StringProtocol) -> String {
  text.hasPrefix("-") ? "−" + text.dropFirst() : String(text)
}
