internal import CORNN

/// Cells that the warm-up left out, until they have been there for long enough.
///
/// That is as a fit of the latest frames would judge: present in four fifths of them, and not
/// constant.
struct Newcomers {
  private var candidates: [Candidate?]
  /// Frames that are looked at.
  private let span: Int
  private let needed: Int
  private var frame = 0

  fileprivate struct Candidate {
    /// The value of each of the latest frames, by number modulo their count; NaN for none.
    var values: [Double]
    var present = 0
    var last = Double.nan
    /// The latest frame whose value was not that of the one before.
    var changed: Int?
  }

  init(isFitted: [Bool], span: Int) {
    candidates = isFitted.map { $0 ? nil : Candidate(values: []) }
    self.span = span
    needed = Int(((1 - FitProblem<Double>.mostMissing) * Double(span)).rounded(.up))
  }

  /// Notes the values of a frame, NaN where one is missing.
  ///
  /// - Returns: the cells that are to be fitted from now on, with the values that they had.
  /// - Complexity: O(cells).
  mutating func note(_ values: [Double]) -> [(cell: Int, values: [Double])] {
    defer { frame += 1 }
    var found: [(cell: Int, values: [Double])] = []
    for i in candidates.indices {
      guard var candidate = candidates[i] else { continue }
      candidates[i] = nil
      candidate.note(values[i], frame: frame, span: span)
      if candidate.present >= needed, let changed = candidate.changed, frame - changed < span {
        found.append((i, candidate.values.filter(\.isFinite)))
      } else {
        candidates[i] = candidate
      }
    }
    return found
  }
}

extension Newcomers.Candidate {
  fileprivate mutating func note(_ value: Double, frame: Int, span: Int) {
    if values.isEmpty {
      // Most cells that are left out are never there.
      guard value.isFinite else { return }
      values = [Double](repeating: .nan, count: span)
    }
    let slot = frame % span
    if values[slot].isFinite { present -= 1 }
    values[slot] = value
    guard value.isFinite else { return }
    present += 1
    if last.isFinite, value != last { changed = frame }
    last = value
  }
}
