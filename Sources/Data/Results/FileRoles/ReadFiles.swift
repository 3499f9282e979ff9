internal import Foundation
internal import HDF5

/// A file that a command reads, and all that it reads through it.
struct ReadFiles {
  /// The paths, the first one as it was given; each file once.
  private(set) var all: [String] = []
  private var seen: Set<FileIdentity> = []

  init(_ path: String) {
    add(path, through: "")
    // What was added is looked into in turn.
    var next = 0
    while next < all.count {
      addSources(of: all[next])
      next += 1
    }
  }

  /// Adds a path, which a file of the directory `home` names, if something is there.
  private mutating func add(_ name: String, through home: String) {
    let places = name.hasPrefix("/") || home.isEmpty ? [name] : [home + "/" + name, name]
    for place in places {
      guard FileStatus(place) != nil, let identity = FileIdentity(place),
        seen.insert(identity).inserted
      else { continue }
      all.append(place)
    }
  }

  private mutating func addSources(of path: String) {
    guard let status = FileStatus(path) else { return }
    if status.kind == .directory {
      guard path == all.first else { return }
      for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
        add(path + "/" + name, through: "")
      }
      return
    }
    guard status.kind == .regular, File.isHDF5(path), let file = try? File.open(path) else {
      return
    }
    let home = directory(of: followingLinks(path))
    for name in file.sourceNames() where name != "." { add(name, through: home) }
    for recording in RootSettings(path)?.recordings ?? [] { add(recording, through: "") }
  }
}
