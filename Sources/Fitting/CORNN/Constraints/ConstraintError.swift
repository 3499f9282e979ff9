internal import Collectives
internal import Wording

/// Why constraints cannot be applied.
package enum ConstraintError: ExitCoded, Equatable {
  /// An entry of a mask is negative or not a number.
  case maskValue(neuron: Int, presyn: Int, value: Double)
  /// A sign is not −1, 0 or +1.
  case signValue(presyn: Int, value: Double)
  /// A rule names a region that no neuron has.
  case unknownRegion(name: String, known: [String])
  /// The published dropping rule has no method for signs.
  case signsOfPublishedRule
  /// Text that is not a rule.
  case rule(text: String)

  /// Rules and losses are of the command line, the rest is of a file.
  package var exitCode: Int32 {
    switch self {
    case .rule, .signsOfPublishedRule: ExitCode.usage
    case .maskValue, .signValue, .unknownRegion: ExitCode.badData
    }
  }

  package var description: String {
    switch self {
    case .maskValue(let neuron, let presyn, let value):
      """
      the mask's entry (neuron \(neuron), presyn \(presyn)) is \(plain(value)): expected 0 \
      (forbidden) or a positive number (allowed)
      """
    case .signValue(let presyn, let value):
      "the sign of presyn \(presyn) is \(plain(value)): expected +1, -1 or 0 (free)"
    case .unknownRegion(let name, let known):
      "no neuron is in region \"\(name)\"; the regions are \(known.joined(separator: ", "))"
    case .signsOfPublishedRule:
      "--signs and --non-negative need a convex loss, not --loss weighted"
    case .rule(let text):
      """
      "\(text)" is not a list of region pairs: expected PRE>POST,PRE>POST,... with * for \
      any region, such as "V1>V2,V2>V2"
      """
    }
  }
}
