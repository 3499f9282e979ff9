package import Collectives
internal import Foundation
package import HDF5

/// An HDF5 file that Python and MATLAB users open cleanly, written by all ranks.
///
/// It is written under a temporary name and appears under its own only when `finish`
/// has completed it; if the value dies before, nothing is left. Each variable has named
/// dimensions with coordinates (dimension scales), `units` and `long_name`, and is
/// stored in one piece.
///
/// ```
/// var result = try ResultFile.create("model.h5", on: world, provenance: provenance)
/// try result.addDimension("neuron", labels: labels)
/// let b = try result.createVariable("b", of: Float.self, ["neuron"], longName: "bias")
/// try b.write(own, at: first)
/// try b.close()
/// try result.finish(on: world)
/// ```
///
/// All methods are collective: every rank calls them in the same order with the same
/// arguments, except for the data of a rank.
package struct ResultFile: ~Copyable {
  // Dropped first: it gives the disk space back that closing an abandoned file may need.
  private let pending: PendingFile
  private let file: File
  private let isRoot: Bool
  private var lengths: [String: Int] = [:]
  /// The bytes of all variables created so far.
  private var bytes = 0

  private init(file: consuming File, pending: PendingFile, isRoot: Bool) {
    self.pending = pending
    self.file = file
    self.isRoot = isRoot
  }

  /// Begins a file that all ranks of the group write.
  ///
  /// - Throws: `RecordingError` (exit code 73) if it cannot be created there.
  package static func create(
    _ path: String, on group: borrowing some FileGroup & ~Copyable, provenance: Provenance
  ) throws -> ResultFile {
    let pending = try PendingFile.begin(path, on: group)
    let file = try File.create(pending.temporary, calling: path, on: group)
    try provenance.write(to: file)
    return ResultFile(file: file, pending: pending, isRoot: group.rank == 0)
  }

  /// The file itself, for attributes and groups that no method here writes.
  package var contents: File {
    _read { yield file }
  }

  /// Adds a dimension whose coordinates are names, such as neurons.
  package mutating func addDimension(
    _ name: String, labels: [String], longName: String
  ) throws {
    let scale = try file.createStrings(name, labels)
    try describe(scale, as: name, count: labels.count, units: nil, longName)
  }

  /// Adds a dimension whose coordinates are numbers, such as seconds.
  package mutating func addDimension(
    _ name: String, values: [Double], units: String, longName: String
  ) throws {
    let scale = try file.createDataset(name, shape: [values.count], of: Double.self)
    try scale.write(isRoot ? values : [])
    try describe(scale, as: name, count: values.count, units: units, longName)
  }

  /// Adds a dimension that just counts from 0.
  package mutating func addDimension(_ name: String, count: Int, longName: String) throws {
    let scale = try file.createDataset(name, shape: [count], of: Int.self)
    try scale.write(isRoot ? Array(0..<count) : [])
    try describe(scale, as: name, count: count, units: nil, longName)
  }

  private mutating func describe(
    _ scale: borrowing Dataset, as name: String, count: Int, units: String?, _ longName: String
  ) throws {
    try scale.makeScale(name)
    try scale.setAttribute("long_name", longName)
    if let units { try scale.setAttribute("units", units) }
    lengths[name] = count
  }

  /// Creates a variable over dimensions that were added before; a scalar over none.
  ///
  /// The caller writes all of it, and lets go of it before `finish`. Each rank's rows of
  /// a matrix lie in one piece in the file, so they are best written with
  /// `transfer: .independent`, in as many calls as the rank likes; blocks of columns with
  /// `.collective` calls, equally many on all ranks.
  ///
  /// `path` is such as "W" or "score/mse"; groups on the way are made. The names of the
  /// dimensions come slowest first and all differ, or xarray refuses the file. Units are
  /// as UDUNITS writes them; "1" for a pure number.
  package mutating func createVariable<T: Storable>(
    _ path: String, of element: T.Type, _ dimensions: [String], units: String = "1",
    longName: String
  ) throws -> Dataset {
    precondition(Set(dimensions).count == dimensions.count, "\(path) over \(dimensions)")
    let shape = dimensions.map { name in
      guard let length = lengths[name] else {
        preconditionFailure("\(path) has the dimension \(name), which was not added")
      }
      return length
    }
    let variable = try file.createDataset(path, shape: shape, of: element)
    for (index, name) in dimensions.enumerated() {
      try variable.attach(try file.openDataset("/" + name), to: index)
    }
    try variable.setAttribute("units", units)
    try variable.setAttribute("long_name", longName)
    bytes += variable.count * MemoryLayout<T>.stride
    return variable
  }

  /// Creates a variable over at most one dimension and writes values that every rank has.
  package mutating func write<T: Storable>(
    _ path: String, _ values: [T], _ dimensions: [String], units: String = "1",
    longName: String
  ) throws {
    let variable = try createVariable(
      path, of: T.self, dimensions, units: units, longName: longName)
    precondition(values.count == variable.count, "\(values.count) values for \(path)")
    try variable.write(isRoot ? values : [])
  }

  /// Creates a variable of texts over one dimension, which every rank has.
  package mutating func write(
    _ path: String, _ texts: [String], _ dimension: String, longName: String
  ) throws {
    precondition(texts.count == lengths[dimension], "\(texts.count) texts for \(path)")
    let variable = try file.createStrings(path, texts)
    try variable.attach(try file.openDataset("/" + dimension), to: 0)
    try variable.setAttribute("long_name", longName)
    bytes += texts.reduce(0) { max($0, $1.utf8.count) } * texts.count
  }

  /// Checks that the disk has room for all variables created so far, so that a full disk
  /// shows before the work and not after it.
  ///
  /// - Throws: `RecordingError` (exit code 74) if it has not.
  package func requireSpace(on group: borrowing some RankGroup & ~Copyable) throws {
    try group.agreeOnRoot { try pending.requireSpace(bytes: bytes) }
  }

  /// Completes the file and gives it its name; until here nothing has it.
  ///
  /// `complete` adds, on rank 0 alone, what many ranks cannot write.
  ///
  /// - Throws: `HDF5Error` or `RecordingError` (exit code 74) if it cannot be written to
  ///   its end; then the file is removed.
  package consuming func finish(
    on group: borrowing some RankGroup & ~Copyable,
    complete: ((borrowing File) throws -> Void)? = nil
  ) throws {
    let pending = self.pending
    var failure: (any Error)?
    do {
      try file.close()
    } catch {
      failure = error
    }
    try group.agree { if let failure { throw failure } }
    try group.agreeOnRoot {
      if let complete {
        let file = try File.open(pending.temporary, writable: true)
        try complete(file)
        try file.close()
      }
      try pending.publish()
    }
    pending.wasPublished()
  }
}
