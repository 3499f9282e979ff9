internal import ArgumentParser

extension CommandPath {
  /// The flags of this command line that another command has too, with their values; those of
  /// its configuration file are among them.
  ///
  /// - Parameters:
  ///   - other: the command that is to get them.
  ///   - left: long names of flags that are left out.
  /// - Returns: words of a command line.
  /// - Throws: `CommandLineError` (66, 78) where the configuration file is wrong.
  func flags(
    for other: any ParsableCommand.Type, except left: Set<String>
  ) throws -> [String] {
    let catalog = FlagCatalog(of: command)
    let shared = Set(catalog.names).intersection(FlagCatalog(of: other).names).subtracting(left)
    var flags: [String] = []
    var words = try wordsWithConfiguration(catalog)[...]
    while let word = words.popFirst() {
      guard word.hasPrefix("-") else { continue }
      let name = word == "-o" ? "output" : String(word.dropFirst(2).prefix { $0 != "=" })
      let isOpen = !word.contains("=") && catalog[name]?.kind == .option
      let value = isOpen ? words.popFirst() : nil
      if shared.contains(name) { flags += [word] + [value].compactMap { $0 } }
    }
    return flags
  }

  private func wordsWithConfiguration(_ catalog: FlagCatalog) throws -> [String] {
    let own = rest.prefix { $0 != "--" }
    let given = GivenFlags(own)
    guard let file = given.value(of: "config"), !file.isEmpty else { return Array(own) }
    return try own + ConfigurationFile(file).arguments(without: given, catalog: catalog)
  }
}
