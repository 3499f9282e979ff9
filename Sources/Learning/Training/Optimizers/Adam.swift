package import Differentiation
internal import Statistics

/// Adam, and with a weight decay AdamW: see ``AdamMoments``.
package struct Adam: UpdateRule {
  package static var multipliesMatrices: Bool { false }

  /// The parameters that it moves.
  private let ranges: [Range<Int>]
  private let weightDecay: WeightDecay
  private var moments: AdamMoments

  /// Moves all parameters of a program.
  package init(_ program: Program, weightDecay: Double = 0) {
    self.init(
      ranges: [0..<program.parameterCount],
      weightDecay: WeightDecay(program, strength: weightDecay))
  }

  /// Moves the parameters in some places, which the decay may go beyond.
  init(ranges: [Range<Int>], weightDecay: WeightDecay) {
    self.ranges = ranges
    self.weightDecay = weightDecay
    moments = AdamMoments(parameters: ranges.reduce(0) { $0 + $1.count })
  }

  package var memory: [Double] {
    get { moments.memory }
    set { moments.memory = newValue }
  }

  package mutating func update(
    _ parameters: inout [Double], along gradient: [Double], rate: Double
  ) {
    weightDecay.apply(to: &parameters, rate: rate)
    moments.add(ranges.flatMap { gradient[$0] }.span)
    var moved = ranges.flatMap { parameters[$0] }
    var span = moved.mutableSpan
    moments.move(&span, rate: rate)
    var place = 0
    for range in ranges {
      parameters.replaceSubrange(range, with: moved[place..<(place + range.count)])
      place += range.count
    }
  }
}
