package import Collectives
internal import Glibc

/// The processor cores that a rank may use, and how many ranks share them.
package struct CoreShare: Equatable, Sendable {
  /// The host's name.
  package let host: String

  /// The numbers of the cores in the rank's affinity mask.
  package let cores: [Int]

  /// How many ranks on the host may use some of these cores, this one included.
  package let sharers: Int

  /// Threads that this rank can run without taking a core from another rank.
  package var threads: Int { max(1, cores.count / sharers) }

  /// Compares the affinity masks of the ranks that run on the same host.
  ///
  /// Hosts are told apart by name, so ranks that a launcher counts as being on several
  /// nodes of one machine share its cores here, as they do in fact.
  ///
  /// - Throws: what the group's communication throws.
  /// - Collective: every rank of the group must call it.
  package init(on group: borrowing some RankGroup & ~Copyable) throws {
    host = hostName()
    let own = allowedCores()
    cores = own
    // Each rank's record: length of the rest, the host's hash, the cores.
    let hash = Int(truncatingIfNeeded: StableHash.bits64(of: host))
    let records = try group.gather([own.count + 1, hash] + own)
    var count = 0
    var start = 0
    while start < records.count {
      let end = start + 1 + records[start]
      if records[start + 1] == hash, records[(start + 2)..<end].contains(where: own.contains) {
        count += 1
      }
      start = end
    }
    sharers = max(1, count)
  }
}

/// The cores in this process's affinity mask; all if the system does not tell.
func allowedCores() -> [Int] {
  let prefix = "Cpus_allowed_list:"
  for line in linesOfFile("/proc/self/status") where line.hasPrefix(prefix) {
    if let cores = parseList(line.dropFirst(prefix.count)), !cores.isEmpty { return cores }
  }
  return Array(0..<max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))))
}

/// The numbers of a list like "0-3,8"; nil if it is none.
func parseList(_ text: Substring) -> [Int]? {
  var numbers: [Int] = []
  for part in text.filter({ !$0.isWhitespace }).split(separator: ",") {
    let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last
    else {
      return nil
    }
    numbers += first...last
  }
  return numbers
}

/// This host's name.
private func hostName() -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  gethostname(&buffer, buffer.count - 1)
  return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// The lines of a small text file; none if it cannot be read.
private func linesOfFile(_ path: String) -> [Substring] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var byte = fgetc(file)
  while byte != EOF {
    bytes.append(UInt8(truncatingIfNeeded: byte))
    byte = fgetc(file)
  }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
}
