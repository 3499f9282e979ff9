/// One object of a file, as `walk()` finds it.
package struct Entry: Equatable, Sendable {
  /// The path inside the file.
  package let path: String
  package let kind: ObjectKind
  /// What a dataset is; nil for other objects.
  package let dataset: DatasetSummary?
  /// The first path by which the walk met the same object, if this is another one.
  package let alias: String?
  /// Why the object could not be opened, if it could not.
  package let problem: String?
}

/// What is known of a dataset without reading its elements.
package struct DatasetSummary: Equatable, Sendable {
  package let shape: [Int]
  package let type: DataType
  package let storage: Storage
}

extension Location where Self: ~Copyable {
  /// All objects below this one, depth first and in name order, each group entered once.
  ///
  /// Links that lead back up, or nowhere, end the walk along them; an object that cannot
  /// be opened is listed with the reason. At most `limit` entries are returned.
  package func walk(limit: Int = 100_000) throws(HDF5Error) -> [Entry] {
    var seen: [ObjectIdentity: String] = [:]
    if let own = try identity(of: ".") {
      seen[ObjectIdentity(file: own.file, address: own.address)] = objectPath
    }
    // Paths that are still to be looked at, the next one last.
    var open = try names().reversed().map { join($0) }
    var entries: [Entry] = []
    while let path = open.popLast(), entries.count < limit {
      let found: (kind: ObjectKind, file: UInt64, address: UInt64)?
      do {
        found = try identity(of: path)
      } catch {
        entries.append(
          Entry(path: path, kind: .other, dataset: nil, alias: nil, problem: error.message))
        continue
      }
      guard let found else { continue }
      let identity = ObjectIdentity(file: found.file, address: found.address)
      let isObject = found.file != 0 || found.address != 0
      let alias = isObject ? seen[identity] : nil
      if isObject, alias == nil { seen[identity] = path }
      let (entry, children) = look(at: path, kind: found.kind, alias: alias)
      entries.append(entry)
      open.append(contentsOf: children.reversed())
    }
    return entries
  }

  /// The entry of one object, and the paths of its children if it is a new group.
  private func look(
    at path: String, kind: ObjectKind, alias: String?
  ) -> (Entry, children: [String]) {
    var summary: DatasetSummary?
    var children: [String] = []
    var problem: String?
    do throws(HDF5Error) {
      switch kind {
      case .group where alias == nil:
        children = try openGroup(path).names().map { path + "/" + $0 }
      case .dataset:
        let dataset = try openDataset(path)
        summary = DatasetSummary(
          shape: dataset.shape, type: dataset.type, storage: dataset.storage)
      default: break
      }
    } catch {
      problem = error.message
    }
    let entry = Entry(path: path, kind: kind, dataset: summary, alias: alias, problem: problem)
    return (entry, children)
  }
}

/// Equal for two paths to one object.
private struct ObjectIdentity: Hashable {
  let file: UInt64
  let address: UInt64
}
