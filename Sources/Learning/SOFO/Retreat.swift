/// Notices that the last step led astray, and knows the parameters before it.
///
/// A step that lowers the loss of its own batch can raise that of all others, the more so the lower
/// the damping and the fewer the directions. The next batch shows it before anything else is done.
package struct Retreat: Sendable, Equatable {
  /// The running mean of the batches' losses; not a number before the first.
  private var usual = Double.nan
  /// The parameters before the last step, empty before the first.
  private var parameters: [Double] = []

  package init() {}

  /// Times the usual loss from which on a step is taken back: batches of the tasks differ by two.
  private static let factor = 5.0
  /// What the newest loss counts in the mean.
  private static let weight = 0.1

  /// Whether a batch's loss is far above another, or no number.
  static func isFar(_ loss: Double, above other: Double) -> Bool { !(loss <= factor * other) }

  /// Where to go back to after a batch's loss, before a step; nil to stay.
  package func place(after loss: Double) -> [Double]? {
    parameters.isEmpty || !Self.isFar(loss, above: usual) ? nil : parameters
  }

  /// Takes over a batch's loss at the parameters that the next step starts from; one that is far above
  /// the others counts as the usual one from here on.
  package mutating func note(loss: Double, at parameters: [Double]) {
    usual = Self.isFar(loss, above: usual) ? loss : usual + Self.weight * (loss - usual)
    self.parameters = parameters
  }

  /// All of it, for a state to go on from.
  package var memory: [Double] {
    get { parameters.isEmpty ? [] : [usual] + parameters }
    set {
      usual = newValue.first ?? .nan
      parameters = Array(newValue.dropFirst())
    }
  }
}
