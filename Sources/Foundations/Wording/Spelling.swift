/// The word that was probably meant; nil if none is near.
///
/// Near is a word that begins with what was typed (3 letters or more), or that differs from it
/// by a third of its letters at most: added, left out, changed, or two neighbours exchanged; f
/// for ph is one change.
package func nearest(to typed: String, among words: [String]) -> String? {
  let typed = typed.lowercased()
  let most = max(1, typed.count / 3)
  let near = words.map { ($0, distance(typed, $0.lowercased())) }.filter { $0.1 <= most }
  if let best = near.min(by: { $0.1 < $1.1 }) { return best.0 }
  return typed.count >= 3 ? words.first { $0.lowercased().hasPrefix(typed) } : nil
}

/// ": did you mean WORD?" where a word is near, else nothing.
package func suggestion(for typed: String, among words: [String], as prefix: String = "") -> String
{
  nearest(to: typed, among: words).map { ": did you mean \(prefix)\($0)?" } ?? ""
}

/// Words in a sentence: "a", "a or b", "a, b or c".
package func alternatives(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " or " + last
}

/// Letters to add, leave out, change or exchange with their neighbour to make one word of the
/// other (optimal string alignment), where f and ph are one letter apart.
private func distance(_ first: String, _ second: String) -> Int {
  let (a, b) = (Array(first), Array(second))
  var rows = [Array(0...b.count)]
  for i in 1..<(a.count + 1) {
    var row = [i]
    for j in 1..<(b.count + 1) {
      var best = min(
        rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        best = min(best, rows[i - 2][j - 2] + 1)
      }
      if i > 1, a[i - 2] == "p", a[i - 1] == "h", b[j - 1] == "f" {
        best = min(best, rows[i - 2][j - 1] + 1)
      }
      if j > 1, b[j - 2] == "p", b[j - 1] == "h", a[i - 1] == "f" {
        best = min(best, rows[i - 1][j - 2] + 1)
      }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
