internal import Foundation
internal import Recordings

extension Console {
  /// Says which command is usually next; words are quoted for the shell.
  func next(_ words: String...) { next(words) }

  /// Says which command is usually next; words are quoted for the shell.
  func next(_ words: [String]) {
    say("next: " + words.map { quoted($0) }.joined(separator: " "))
  }
}

/// Names for the files of the command that is next.
enum NextStep {
  /// A file beside another: of `data/mouse-model.h5`, `data/mouse-scores.h5`.
  static func file(beside path: String, _ ending: String) -> String {
    let url = URL(fileURLWithPath: path)
    var stem = url.deletingPathExtension().lastPathComponent
    for part in ["-model", "-scores", "-run"] where stem.hasSuffix(part) && stem.count > part.count
    {
      stem.removeLast(part.count)
    }
    let folder = (path as NSString).deletingLastPathComponent
    let name = stem + ending
    // Never the file itself.
    let free = name == url.lastPathComponent ? stem + "-2" + ending : name
    return folder.isEmpty ? free : (folder as NSString).appendingPathComponent(free)
  }
}
