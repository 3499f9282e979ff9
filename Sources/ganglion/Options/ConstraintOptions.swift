internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import HDF5
internal import MPI
internal import Results
internal import Wording

/// Constraints on W; inputs and bias stay free.
struct ConstraintOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A structural mask (neuron, presyn) in an HDF5 file: 0 forbids a weight, which is then \
      exactly 0; positive numbers allow it.
      """, valueName: "FILE:PATH"))
  var mask: DatasetAddress?
  @Option(
    help: ArgumentHelp(
      """
      Signs of outgoing weights (Dale) in an HDF5 file: one number a presynaptic neuron, \
      +1 for weights >= 0, -1 for weights <= 0, 0 for free ones.
      """, valueName: "FILE:PATH"))
  var signs: DatasetAddress?
  @Flag(help: "All recurrent weights >= 0.") var nonNegative = false
  @Option(
    help: ArgumentHelp(
      """
      The region of each neuron in an HDF5 file: text or integers. Written to the result, \
      where reports order W by it. Default: those of a recording that this program wrote.
      """, valueName: "FILE:PATH"))
  var regions: DatasetAddress?
  @Option(
    help: """
      Which regions project to which, as PRE>POST,PRE>POST,... with * for any region, such \
      as "V1>V2,V2>V2" (quote it in a shell); all other weights are forbidden. Needs \
      --regions; forbids besides --mask.
      """)
  var regionMask: String?

  /// Whether W is free but for self-connections.
  var isEmpty: Bool {
    mask == nil && signs == nil && !nonNegative && regionMask == nil
  }

  /// Checks the flags against each other and against the form asked for.
  func validate(form: Configuration.Form) throws {
    try require(
      signs == nil || !nonNegative, "--signs and --non-negative are both given: choose one")
    try require(
      regions != nil || regionMask == nil,
      "--region-mask names regions: give --regions too")
    try require(
      form != .dual || (signs == nil && !nonNegative),
      "signs need the weights themselves: --form primal or auto, not dual")
    if let regionMask { _ = try RegionRules(regionMask) }
  }

  /// Declares the files that the flags name.
  func declare(in files: inout FileRoles) {
    files.read(mask?.file, as: "--mask")
    files.read(signs?.file, as: "--signs")
    files.read(regions?.file, as: "--regions")
  }

  /// The settings for the provenance of a result, those that are given.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = ["non-negative": nonNegative]
    if let mask { settings["mask"] = mask.text }
    if let signs { settings["signs"] = signs.text }
    if let regions { settings["regions"] = regions.text }
    if let regionMask { settings["region-mask"] = regionMask }
    return settings
  }

  /// The constraints on this rank's neurons, of which each rank reads its own rows.
  ///
  /// - Throws: `CommandLineError` (65, 66) for a file that is not there, or whose shape or
  ///   values do not fit.
  /// - Collective: every rank of `world` must call it.
  func read(
    neurons: Int, local: Range<Int>, on world: borrowing Communicator
  ) throws -> Constraints {
    var constraints = Constraints()
    if let mask {
      let rows = try mask.rows(local, of: neurons, on: world)
      constraints.mask = try world.agree {
        try mask.blame { () throws(ConstraintError) in
          try StructuralMask(rows, first: local.lowerBound)
        }
      }
    }
    if let regions, let regionMask {
      let labels = try regions.labels(count: neurons, on: world)
      let own = try world.agree {
        try regions.blame { () throws(ConstraintError) in
          try RegionRules(regionMask).mask(regions: labels, local: local)
        }
      }
      constraints.mask = constraints.mask?.union(own) ?? own
    }
    if let signs {
      let values = try signs.numbers(count: neurons, on: world)
      constraints.signs = try world.agree {
        try signs.blame { () throws(ConstraintError) in try Constraints.signs(of: values) }
      }
    } else if nonNegative {
      constraints.signs = [Int](repeating: 1, count: neurons)
    }
    return constraints
  }

  /// What the constraints are, in a line; nil if there are none.
  ///
  /// - Collective: every rank of `world` must call it.
  func summary(
    of constraints: Constraints, neurons: Int, on world: borrowing Communicator
  ) throws -> String? {
    var parts: [String] = []
    if let mask = constraints.mask {
      let share = try world.sum(Double(mask.forbiddenCount)) / Double(neurons * neurons)
      parts.append("\(percentage(share)) of the weights are forbidden")
    }
    if let signs = constraints.signs {
      parts.append(
        "\(signs.count { $0 > 0 }) neurons excite only, \(signs.count { $0 < 0 }) inhibit only")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}
