internal import Recordings

/// Puts frames in order, and says which follow on the one before.
///
/// A number that comes twice counts once. Where numbers are missing, as many frames as the
/// buffer holds are waited for; then it is a gap. So is a jump of the clock by more than one and
/// a half frames, the beginning of a trial, and a sender that counts anew: with the number 0, or
/// with one that is far from those before. Frames that come too late are left out.
struct FrameSequence {
  /// A frame in its place.
  struct Element: Sendable {
    let frame: StreamFrame
    /// Whether there is a transition from the one before to it.
    let follows: Bool
  }

  /// What was found on the way, in frames but for gaps.
  struct Counts: Sendable {
    var gaps = 0
    /// Frames that the numbers say are missing.
    var lost = 0
    var repeats = 0
    var late = 0
    /// Frames with the same values as the one before: a sender may have repeated it unnoticed.
    var identical = 0
  }

  private(set) var counts = Counts()
  /// Frames that are held until those before them come.
  private let buffer: Int
  /// Seconds from frame to frame; nil until known.
  var dt: Double?
  private var last: StreamFrame?
  /// Frames that came before others that are still missing, by number.
  private var held: [StreamFrame] = []

  init(buffer: Int, dt: Double?) {
    self.buffer = buffer
    self.dt = dt
  }

  /// Takes a frame; returns those that are next now.
  mutating func take(_ frame: StreamFrame) -> [Element] {
    guard let last else { return [emit(frame)] }
    if FrameHeader.countsAnew(frame.number, after: last.number) {
      let before = release(holding: 0)
      self.last = nil
      counts.gaps += 1
      return before + [emit(frame)]
    }
    if frame.number == last.number || held.contains(where: { $0.number == frame.number }) {
      counts.repeats += 1
      return []
    }
    if frame.number < last.number {
      counts.late += 1
      return []
    }
    held.insert(frame, at: held.firstIndex { $0.number > frame.number } ?? held.count)
    return release(holding: buffer)
  }

  /// The frames that are held, once nothing more can come.
  mutating func finish() -> [Element] { release(holding: 0) }

  private mutating func release(holding most: Int) -> [Element] {
    var ready: [Element] = []
    while let first = held.first,
      held.count > most || first.number == (last?.number ?? 0) + 1
    {
      held.removeFirst()
      ready.append(emit(first))
    }
    return ready
  }

  private mutating func emit(_ frame: StreamFrame) -> Element {
    defer { last = frame }
    guard let last else { return Element(frame: frame, follows: false) }
    let missing = frame.number - last.number - 1
    counts.lost += Int(clamping: missing)
    if frame.values == last.values { counts.identical += 1 }
    var isJump = missing > 0
    if let dt, let now = frame.time, let before = last.time, now - before > 1.5 * dt {
      isJump = true
    }
    if isJump, !frame.startsTrial { counts.gaps += 1 }
    return Element(frame: frame, follows: !isJump && !frame.startsTrial)
  }
}
