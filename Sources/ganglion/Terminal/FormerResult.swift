internal import Collectives
internal import HDF5
internal import Wording

/// What a result takes the place of: looked at before it is written, told once it is.
struct FormerResult {
  private let words: String

  /// Looks at what is under a name; rank 0 alone does, as it alone tells.
  init(_ path: String?, on group: borrowing some RankGroup & ~Copyable) {
    guard group.rank == 0, let path, File.isHDF5(path), let file = try? File.open(path),
      let created = try? file.attribute("created")?.string
    else {
      words = ""
      return
    }
    var numbers: [String] = []
    for name in ["alpha", "lambda"] {
      guard let number = try? file.attribute(name)?.number else { continue }
      numbers.append("\(name) \(plain(number))")
    }
    let detail = numbers.isEmpty ? "" : " (\(numbers.joined(separator: ", ")))"
    words = ", in place of the one of \(created)" + detail
  }

  /// As in "wrote model.h5, in place of the one of 2026-11-30T00:10:00Z (alpha 0.2)".
  func line(_ path: String) -> String { "wrote \(path)\(words)" }
}
