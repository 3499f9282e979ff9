internal import RealModule

/// One trial of a described task: what was drawn, and the signals made of it.
struct DescribedTrial {
  let description: TaskDescription
  /// What was drawn, in the order of the description.
  private(set) var values: [Double] = []
  private(set) var times: [Int] = []
  /// `step · width + channel` of every signal.
  private(set) var signals: [[Double]] = []

  /// Draws values, then times, then noise, each in the description's order.
  init(_ description: TaskDescription, _ numbers: inout TrialRandom) {
    self.description = description
    for value in description.values { values.append(Self.draw(value.rule, &numbers)) }
    for time in description.times {
      let range = time.rule.range
      let base = time.rule.after.map { times[$0] } ?? 0
      times.append(base + range.lowerBound + numbers.integer(below: range.count))
    }
    for signal in description.signals { signals.append(values(of: signal, &numbers)) }
  }

  private static func draw(
    _ rule: TaskDescription.ValueRule, _ numbers: inout TrialRandom
  ) -> Double {
    switch rule {
    case .uniform(let range): numbers.uniform(range)
    case .choice(let list): list[numbers.integer(below: list.count)]
    case .kind(let count): Double(numbers.integer(below: count))
    }
  }

  private func number(_ quantity: TaskDescription.Quantity) -> Double {
    switch quantity {
    case .number(let number): number
    case .value(let index): values[index]
    }
  }

  private func step(_ moment: TaskDescription.Moment) -> Int {
    switch moment {
    case .step(let step): step
    case .time(let index): times[index]
    }
  }

  private func values(
    of signal: TaskDescription.Signal, _ numbers: inout TrialRandom
  ) -> [Double] {
    let steps = description.steps
    let count = steps * signal.width
    switch signal.rule {
    case .constant(let height): return [Double](repeating: number(height), count: count)
    case .noise(let deviation):
      let deviation = number(deviation)
      return (0..<count).map { _ in deviation * numbers.normal() }
    case .sine(let period, let phase, let height):
      let (period, phase, height) = (number(period), number(phase), number(height))
      return (0..<steps).map { height * Double.sin(2 * .pi * (Double($0) / period + phase)) }
    case .pulse(let at, let length, let height):
      let (range, height) = (range(at, length), number(height))
      return (0..<steps).map { range.contains($0) ? height : 0 }
    case .oneHot(let value, let at, let length):
      let (range, kind) = (range(at, length), Int(values[value]))
      return (0..<count).map { i in
        range.contains(i / signal.width) && i % signal.width == kind ? 1 : 0
      }
    case .delay, .sum, .product, .integral, .hold: return derived(signal)
    }
  }

  /// What is made of other signals.
  private func derived(_ signal: TaskDescription.Signal) -> [Double] {
    let width = signal.width
    let places = 0..<(description.steps * width)
    switch signal.rule {
    case .sum(let parts): return places.map { i in parts.reduce(0) { $0 + signals[$1][i] } }
    case .product(let parts): return places.map { i in parts.reduce(1) { $0 * signals[$1][i] } }
    case .delay(let source, let by):
      let shift = step(by) * width
      return places.map { $0 >= shift ? signals[source][$0 - shift] : 0 }
    case .integral(let source, let scale):
      let scale = number(scale)
      return running(source, width) { $0 + scale * $1 }
    case .hold(let source): return running(source, width) { $1 == 0 ? $0 : $1 }
    case .constant, .pulse, .noise, .sine, .oneHot: preconditionFailure("no signal of signals")
    }
  }

  /// Takes a signal step by step into a memory of each channel, which starts at 0.
  private func running(
    _ source: Int, _ width: Int, _ next: (Double, Double) -> Double
  ) -> [Double] {
    var result = signals[source]
    for i in result.indices { result[i] = next(i < width ? 0 : result[i - width], result[i]) }
    return result
  }

  private func range(_ at: TaskDescription.Moment, _ length: Int?) -> Range<Int> {
    let first = step(at)
    return first..<(length.map { first + $0 } ?? max(first, description.steps))
  }

  /// Some signals side by side, `step · width + channel`.
  func channels(_ places: [Int]) -> [Double] {
    (0..<description.steps).flatMap { t in
      places.flatMap { place in
        let width = description.signals[place].width
        return signals[place][(t * width)..<((t + 1) * width)]
      }
    }
  }

  /// The weight of every step: the sum of the windows that it is in.
  var weights: [Double] {
    let windows = description.windows.map {
      (step($0.from), $0.to.map(step) ?? description.steps, $0.weight)
    }
    return (0..<description.steps).map { t in
      windows.reduce(0) { $0 + ($1.0 <= t && t < $1.1 ? $1.2 : 0) }
    }
  }
}
