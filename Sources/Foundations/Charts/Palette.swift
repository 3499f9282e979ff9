/// The colours of every chart, on pages, in scaling studies and in Scripts/figures.
///
/// Each has one meaning. They stay apart for readers who confuse red and green, or blue and
/// yellow. Scripts/plots/style.py holds the same, and a test checks that both agree.
package enum Palette {
  /// What a mark of a chart stands for.
  package enum Meaning: String, CaseIterable, Sendable {
    /// What the recording holds.
    case recorded
    /// What is known to be right: true weights, the true system, targets of a task.
    case truth
    /// The network and all it does; its free run is dashed.
    case network
    /// The rates stay as they are.
    case persistence
    /// The linear model.
    case linear
    /// The mean of the fitted frames.
    case mean
    /// What was trained on, where held-out values stand beside it.
    case training
    /// Targets beyond ±1.
    case clipped
    /// What `ganglion plan` expects, and nobody measured.
    case predicted
    /// Help for the eye: the unit circle, a median, what was chosen.
    case guide
  }

  /// On white paper and light pages.
  package static func light(_ meaning: Meaning) -> String {
    switch meaning {
    case .recorded: "#1f262d"
    case .truth: "#b98a00"
    case .network: "#0b6fb8"
    case .persistence: "#8a939d"
    case .linear: "#b83a08"
    case .mean: "#0f9d76"
    case .training: "#56a8de"
    case .clipped: "#b0478f"
    case .predicted: "#3b2a8c"
    case .guide: "#59636e"
    }
  }

  /// On dark pages.
  package static func dark(_ meaning: Meaning) -> String {
    switch meaning {
    case .recorded: "#e6e9ed"
    case .truth: "#e3bd3f"
    case .network: "#4aa8f0"
    case .persistence: "#848e99"
    case .linear: "#ee6f33"
    case .mean: "#35c79b"
    case .training: "#2f6690"
    case .clipped: "#e58fcd"
    case .predicted: "#8a63e8"
    case .guide: "#a2acb8"
    }
  }

  /// Kinds without a meaning of their own, such as phases or optimisers, in this order
  /// (after Tol, "Colour schemes", 2021).
  static let categories = [
    "#4477aa", "#cc6677", "#117733", "#999933", "#882255", "#44aa99",
    "#88b0d8", "#e3a9b0", "#6dbb8a", "#cccc77", "#c27b9d", "#9fd6cc",
  ]

  /// The colour of the kind with this index; the colours begin anew after the last one.
  package static func category(_ index: Int) -> String { categories[index % categories.count] }

  /// The ends of the ramp from negative over nothing to positive.
  package static let (negative, positive) = ("#2166ac", "#b2182b")

  /// Red, green and blue of a `#rrggbb`.
  static func components(_ color: String) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let value = UInt32(color.dropFirst(), radix: 16) ?? 0
    return (UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
  }
}
