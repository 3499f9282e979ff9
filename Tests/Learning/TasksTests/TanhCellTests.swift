import Differentiation
import Glibc
import Tasks
import Testing

/// What networks of tanh units start with.
@Suite struct TanhCellTests {
  static let tasks: [any RecordableTask] = [
    RateFlipFlop(bits: 2, hidden: 300, steps: 8), TimedResponse(hidden: 300, steps: 50),
  ]

  /// The variance of n numbers is known to 1/√n, about, of itself.
  ///
  /// Glorot's, in uniform numbers, but for the inputs of rates that leak: 1, in normal numbers.
  @Test(arguments: 0..<2) func weightsHaveTheirVariance(_ place: Int) {
    let task = Self.tasks[place]
    let program = task.record()
    let values = program.initialParameters(seed: 3)
    #expect(program.parameters.map(\.name) == ["W", "W_in", "W_out"])
    for parameter in program.parameters {
      let own = values[parameter.range]
      let isNormal = parameter.name == "W_in" && task.cell.kind == .rate
      let variance = own.reduce(0) { $0 + $1 * $1 } / Double(own.count)
      let wanted = isNormal ? 1 : 2 / Double(parameter.rows + parameter.columns)
      let tolerance = 4 / Double(own.count).squareRoot()
      #expect(abs(variance / wanted - 1) < tolerance, "\(parameter.name): \(variance), \(wanted)")
      #expect(isNormal || own.allSatisfy { $0 * $0 <= 3 * wanted })
    }
  }

  /// Rates fill their range, and other trials have others.
  @Test(arguments: [(0, 1.0), (1, 0.5)]) func startsFillTheirRange(_ place: Int, _ bound: Double) {
    let task = Self.tasks[place]
    let starts = (0..<2).map { task.recordedTrial($0, seed: 7).start }
    #expect(starts[0].count == 300 && starts[0] != starts[1])
    let rates = starts[0].map { task.cell.kind == .rate ? $0 : tanh($0) }
    #expect(rates.allSatisfy { abs($0) < bound })
    let variance = rates.reduce(0) { $0 + $1 * $1 } / 300
    #expect(abs(variance / (bound * bound / 3) - 1) < 0.25, "\(variance)")
  }
}
