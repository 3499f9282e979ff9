import Collectives
import Foundation
import HDF5
import LinearAlgebra
import Recordings
import TestSupport
import Testing

@testable import Results

@Suite struct ResultFileTests {
  private let provenance = Provenance(
    ranks: 1, threads: 2, kernels: "SkylakeX", input: ("in.h5", "00ff"), seed: 7,
    configuration: "{\"lambda\":1}")

  @Test func layoutIsWhatXarrayNeeds() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("model.h5")
    var result = try ResultFile.create(path, on: SingleRank(), provenance: provenance)
    try result.addDimension("neuron", labels: ["a", "b"], longName: "neuron")
    try result.addDimension("presyn", labels: ["a", "b"], longName: "presynaptic neuron")
    do {
      let w = try result.createVariable(
        "W", of: Double.self, ["neuron", "presyn"], longName: "weight W[post, pre]")
      try w.writeBlock(Matrix<Double>([[0, 0.5]]), row: 0, transfer: .independent)
      try w.writeBlock(Matrix<Double>([[2, 0]]), row: 1, transfer: .independent)
    }
    try result.write("score/skill", [0.25, 0.5], ["neuron"], longName: "skill")
    try result.requireSpace(on: SingleRank())
    #expect(!FileManager.default.fileExists(atPath: path))
    try result.finish(on: SingleRank())
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["model.h5"])

    let dump = try run("h5dump", ["-A", path]).output
    for attribute in [
      "version", "git_commit", "created", "mpi_ranks", "threads_per_rank", "blas_kernels",
      "input_sha256",
      "seed", "configuration", "units", "long_name", "DIMENSION_LIST",
    ] { #expect(dump.contains("ATTRIBUTE \"\(attribute)\"")) }
    #expect(try run("h5dump", ["-d", "/W", path]).output.contains("(1,0): 2, 0"))
  }

  @Test func nothingIsLeftWithoutFinish() throws {
    let directory = try TemporaryDirectory()
    do {
      var result = try ResultFile.create(
        directory.file("model.h5"), on: SingleRank(), provenance: provenance)
      try result.addDimension("neuron", count: 3, longName: "neuron")
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      #expect(names.count == 1)
      #expect(names.allSatisfy { $0.hasPrefix(".model.h5.") && $0.hasSuffix(".partial") })
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
  }

  @Test func placesThatCannotBeWritten() throws {
    let directory = try TemporaryDirectory()
    for path in [directory.file("none/model.h5"), directory.path, "/proc/model.h5"] {
      let error = #expect(throws: RecordingError.self) {
        try OutputPlace(path).requireWritable()
      }
      #expect(error?.exitCode == ExitCode.cannotCreate)
      #expect(error?.description.contains("cannot create \(path)") == true)
    }
  }

  @Test func impossibleSizesAreSeenBeforeTheWork() throws {
    let directory = try TemporaryDirectory()
    let pending = try PendingFile.begin(directory.file("huge.h5"), on: SingleRank())
    let error = #expect(throws: RecordingError.self) { try pending.requireSpace(bytes: 1 << 60) }
    #expect(error?.exitCode == ExitCode.inputOutput)
    #expect(error?.description.contains("No space left on device") == true)
    try pending.requireSpace(bytes: 1)
  }
}
