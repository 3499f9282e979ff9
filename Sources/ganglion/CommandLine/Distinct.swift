internal import Foundation

/// The check of lists: what is named twice would count twice.
enum Distinct {
  /// Refuses a file that is given twice, through links and relative paths too: frames that are
  /// held out from the one would be fitted in the other.
  static func require(files: [String]) throws {
    try require(files) { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
  }

  /// Refuses a dataset that is given twice.
  static func require(datasets: [String]) throws {
    try require(datasets) { $0.hasPrefix("/") ? $0 : "/" + $0 }
  }

  private static func require(_ names: [String], identity: (String) -> String) throws {
    var seen: Set<String> = []
    for name in names where !seen.insert(identity(name)).inserted {
      try ganglion.require(false, "\(name) is given twice: leave one out")
    }
  }
}
