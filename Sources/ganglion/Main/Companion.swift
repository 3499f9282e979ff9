internal import Collectives
internal import Foundation

/// What comes with the program: job files and scripts, under the names that they have in the checkout.
///
/// They are looked for in the current folder, where a user may have adapted some; in
/// `PREFIX/share/ganglion` of an installed `PREFIX/bin/ganglion`; and in the checkout that has
/// built the program.
enum Companion {
  /// A file that comes with the program.
  ///
  /// - Parameters:
  ///   - name: as in the checkout, such as `Jobs/common.sh`.
  ///   - remedy: what to do without it.
  /// - Returns: its path.
  /// - Throws: `CommandLineError` (66) where there is none.
  static func file(_ name: String, otherwise remedy: String) throws -> String {
    if let path = path(of: name) { return path }
    throw CommandLineError(
      exitCode: ExitCode.missingInput,
      description: "no \(name) in this folder, in \(installation.path), or in a checkout around"
        + " \(program.path): \(remedy)")
  }

  /// The folder of a file that comes with the program, from the root.
  ///
  /// - Throws: as `file`.
  static func folder(of name: String, otherwise remedy: String) throws -> String {
    URL(fileURLWithPath: try file(name, otherwise: remedy)).deletingLastPathComponent().path
  }

  /// How a script of Scripts is called: the installation has some as programs of their own.
  static func command(_ script: String) -> String {
    let name = "Scripts/\(script)"
    guard !exists(name) else { return name }
    let installed = folder.appending(path: "ganglion-\(script)").path
    return exists(installed) ? installed : path(of: name) ?? name
  }

  /// Where a file lies; nil: nowhere.
  private static func path(of name: String) -> String? {
    if exists(name) { return name }
    let roots = [installation] + [checkout].compactMap { $0 }
    return roots.map { $0.appending(path: name).path }.first(where: exists)
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// The program's own file, links followed.
  static var program: URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  }

  private static var folder: URL { program.deletingLastPathComponent() }

  private static var installation: URL {
    folder.deletingLastPathComponent().appending(path: "share/ganglion")
  }

  /// The nearest folder above the program that has a Package.swift.
  private static var checkout: URL? {
    sequence(first: folder) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
      .first { exists($0.appending(path: "Package.swift").path) }
  }
}
