import Foundation
import Testing

@testable import Charts

@Suite struct TicksTests {
  @Test func linearTicksAreRound() {
    #expect(Scale(0, 1).ticks().labels == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(Scale(-7, 12).ticks().values == [-5, 0, 5, 10])
    #expect(abs((Scale(2, 2).place(2) ?? 0) - 0.5) < 1e-12)
  }

  @Test func logarithmicTicksArePowersOfTen() {
    let scale = Scale.logarithmic(around: [1e-5, 1, -3, .nan])
    let ticks = scale.ticks()
    #expect(ticks.values.count >= 3)
    for tick in ticks.values { #expect(abs(log10(tick) - log10(tick).rounded()) < 1e-12) }
    #expect(abs((scale.place(1e-5) ?? 1) - 0.05 / 1.1) < 1e-9)
    #expect(scale.place(0) == nil)
  }

  /// A time stamp that counts from another day, a current in amperes, a residual: each says
  /// its values with few characters.
  @Test func labelsSuitTheirSize() {
    for (scale, labels, name) in [
      (
        Scale(1_232_580, 1_232_670), ["80", "100", "120", "140", "160"],
        "t − 1\u{202F}232\u{202F}500"
      ),
      (
        Scale(-1_232_670, -1_232_580), ["40", "60", "80", "100", "120"],
        "t + 1\u{202F}232\u{202F}700"
      ),
      (Scale(0, 4.5e-9), ["0", "1e-9", "2e-9", "3e-9", "4e-9"], "t"),
      (Scale(0, 2.4e6), ["0", "5e5", "1e6", "1.5e6", "2e6"], "t"),
      (Scale(-1.6e-10, 1e-11), ["−1.5e-10", "−1e-10", "−5e-11", "0"], "t"),
      (Scale(100, 200), ["100", "120", "140", "160", "180", "200"], "t"),
      (Scale(0.5, 0.50004), ["0.5", "0.50001", "0.50002", "0.50003", "0.50004"], "t"),
      (.logarithmic(around: [1e-12, 1]), ["1e-12", "1e-9", "1e-6", "0.001", "1"], "t"),
      (.logarithmic(around: [0.02, 0.12]), ["0.02", "0.05", "0.1"], "t"),
      (.logarithmic(around: [1, 1.2e3]), ["1", "10", "100", "1000"], "t"),
    ] as [(Scale, [String], String)] {
      let ticks = scale.ticks()
      #expect(ticks.labels == labels)
      #expect(ticks.axisLabel("t") == name)
    }
  }

  /// Whatever the axis: ticks inside, labels short and no two alike, each label with the
  /// offset the value it stands at, to the label's own digits.
  @Test func everyAxisCanBeRead() throws {
    var scales = [
      Scale(0, .leastNonzeroMagnitude), Scale(-1.7e308, 1.7e308), Scale(.nan, 1),
      Scale(0, .infinity),
      Scale(1e16, 1e16 + 4), Scale(1.7e18, 1.7e18 + 5e11), Scale(1e-300, 3e-300),
      .logarithmic(around: [1e-300, 1e300]), .logarithmic(around: [.leastNonzeroMagnitude, 1]),
      .logarithmic(around: [3, 3]), .around([1, 1.000_000_01]),
    ]
    for power in -12...12 {
      for (low, high) in [(0.0, 1.0), (1, 1.1), (-3, 7), (12.3456, 12.3457), (0.99, 1.01), (2, 90)]
      {
        let unit = pow(10, Double(power))
        scales.append(Scale(low * unit, high * unit))
        if low > 0 { scales.append(.logarithmic(around: [low * unit, high * unit])) }
      }
    }
    for scale in scales {
      for room in [Int.max, 32] {
        let ticks = scale.ticks(characters: room)
        let what = Comment("\(scale) \(ticks)")
        #expect(ticks.values.count == ticks.labels.count, what)
        #expect(ticks.labels.count >= 1 && ticks.labels.count <= 9, what)
        #expect(Set(ticks.labels).count == ticks.labels.count, what)
        #expect(ticks.labels.allSatisfy { $0.count <= 9 }, what)
        for (value, label) in zip(ticks.values, ticks.labels) {
          let place = try #require(scale.place(value))
          #expect(place > -1e-9 && place < 1 + 1e-9, what)
          let said = try #require(Double(label.replacing("−", with: "-")), what)
          let step = (scale.upper - scale.lower) / 100
          let tolerance = scale.isLogarithmic ? 1e-6 * value : step
          #expect(abs(said - (value - ticks.offset)) <= tolerance, what)
        }
      }
    }
  }

  /// A short label between long ones, as 0, leaves these no more room.
  @Test func neighboursStandApart() throws {
    let room = 36.0
    for scale in [Scale(-0.0012, 0.0011), Scale(-0.00104, 0.00102), Scale(-3, 7), Scale(-1, 1)] {
      let ticks = scale.ticks(characters: Int(room))
      #expect(ticks.values.count >= 2)
      for i in ticks.values.indices.dropFirst() {
        let places = try (i - 1...i).map { try #require(scale.place(ticks.values[$0])) }
        let half = Double(ticks.labels[i - 1].count + ticks.labels[i].count) / 2
        #expect(room * (places[1] - places[0]) > half, "\(ticks)")
      }
    }
  }
}
