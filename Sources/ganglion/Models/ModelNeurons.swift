internal import Collectives
internal import MPI
internal import Results

/// The neurons of a model, by the names that flags give: those of neurons, and of regions.
struct ModelNeurons {
  private let path: String
  let labels: [String]
  /// The region of each neuron; nil where the model has none.
  let regions: [String]?

  /// - Collective: every rank of `world` must call it.
  init(of model: ModelFile, on world: borrowing Communicator) throws {
    self.init(path: model.path, labels: model.labels, regions: try model.readRegions(on: world))
  }

  init(path: String, labels: [String], regions: [String]?) {
    self.path = path
    self.labels = labels
    self.regions = regions
  }

  /// The places of neurons, ascending, from names with commas between, or `all`.
  ///
  /// A region stands for its neurons; where a neuron is called as a region is, it is meant. Where
  /// no neuron is called by a number, a number is a place, from 0. `flag` is what a message is
  /// about.
  ///
  /// - Throws: `CommandLineError` (64) for a name that is not there and for a neuron that is named
  ///   twice.
  func places(of text: String, _ flag: String) throws -> [Int] {
    try given(by: text, flag).sorted()
  }

  /// The same of a fit that left some neurons out: `all` and regions stand for those that it has.
  ///
  /// - Throws: also for a neuron that is named itself and was left out, and where none remains.
  func places(of text: String, _ flag: String, isFitted: [Bool]) throws -> [Int] {
    let places = try places(of: text, flag)
    let names = Set(text.split(separator: ",").map(String.init))
    for place in places where !isFitted[place] && isNamed(place, among: names) {
      throw CommandLineError.usage("\(flag): neuron \(labels[place]) was left out of the fit")
    }
    let fitted = places.filter { isFitted[$0] }
    guard !fitted.isEmpty else {
      throw CommandLineError.usage("\(flag) \(text): all these neurons were left out of the fit")
    }
    return fitted
  }

  /// Whether a neuron is named itself, and not by its region.
  private func isNamed(_ place: Int, among names: Set<String>) -> Bool {
    names.contains(labels[place])
      || hasNoNumbers && names.contains("\(place)") && regions?.contains("\(place)") != true
  }

  /// The places in the order in which they are named.
  func given(by text: String, _ flag: String) throws -> [Int] {
    guard text != "all" else { return Array(labels.indices) }
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let places = try names.flatMap { try self.members(of: $0, flag) }
    var seen: Set<Int> = []
    for place in places where !seen.insert(place).inserted {
      throw CommandLineError.usage(
        "\(flag) \(text) names neuron \(labels[place]) twice: leave one out")
    }
    return places
  }

  /// Whether no neuron is called by a number, which then can only be its place.
  private var hasNoNumbers: Bool { labels.allSatisfy { Int($0) == nil } }

  private func members(of name: String, _ flag: String) throws -> [Int] {
    let called = labels.indices.filter { labels[$0] == name }
    guard called.count <= 1 else {
      throw CommandLineError.usage(
        "\(flag): \(path) has \(called.count) neurons called \(name): rename them in the recording"
          + " and fit it again")
    }
    if !called.isEmpty { return called }
    let members = regions?.indices.filter { regions?[$0] == name } ?? []
    guard members.isEmpty else { return members }
    if let number = Int(name), labels.indices.contains(number), hasNoNumbers { return [number] }
    let known = Set(regions ?? []).sorted().joined(separator: ", ")
    throw CommandLineError.usage(
      "\(flag): \(path) has no neuron \(name): its first is \(labels[0]), its last"
        + " \(labels[labels.count - 1])"
        + (hasNoNumbers ? "; numbers are places from 0" : "")
        + (known.isEmpty ? "" : "; nor a region of that name: it has \(known)"))
  }
}
