import Collectives
import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

@testable import Recordings

/// Files that numpy, h5py and pynwb wrote: the numbers that were put in must come out.
@Suite(.enabled(if: hasPython, "no Python environment: Scripts/python needs the network once"))
struct FormatTests {
  private func open(
    _ name: String, _ change: (inout RecordingRequest) -> Void = { _ in }
  ) throws -> Recording {
    let folder = try #require(fixtures, "fixtures.py failed")
    var request = RecordingRequest(path: folder + "/" + name)
    change(&request)
    return try Recording.open(request, on: SingleRank())
  }

  /// Expects value(i, t) = scale · ((7 i + t) % 100) + offset, of neuron numbers `kept`.
  private func expectTraces(
    _ recording: Recording, kept: [Int] = Array(0..<12), scale: Double = 1, offset: Double = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(
      recording.neurons == kept.count && recording.frames == 30, sourceLocation: sourceLocation)
    var wrong = 0
    for range in [0..<kept.count, 5..<7, 3..<3] {
      let traces: Matrix<Double> = try recording.readNeurons(range, on: SingleRank())
      for (row, neuron) in kept[range].enumerated() {
        for t in 0..<30 where traces[row, t] != scale * Double((7 * neuron + t) % 100) + offset {
          wrong += 1
        }
      }
    }
    #expect(wrong == 0, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "bigf4", "bigi2",
  ])
  func everyTypeInBothOrientations(type: String) throws {
    for axis in [0, 1] {
      for storage in ["plain", "gzip"] {
        let recording = try open("plain.h5") {
          $0.traces = "/\(type)/axis\(axis)/\(storage)"
          $0.timestamps = "/clock/timestamps"
        }
        #expect(recording.dt == 0.5 && recording.times.first == 10)
        try expectTraces(recording)
      }
    }
  }

  @Test func labelledLayoutsNeedNoFlags() throws {
    let caiman = try open("caiman.hdf5")
    #expect(caiman.format == "CaImAn")
    try expectTraces(caiman)
    let chen = try open("TimeSeries.h5")
    #expect(chen.format == "Chen 2018")
    try expectTraces(chen)
  }

  @Test func matlabIsReversedAndMustBeTold() throws {
    let refused = #expect(throws: RecordingError.self) { _ = try open("v73.mat") }
    #expect(refused?.exitCode == ExitCode.usage)
    let recording = try open("v73.mat") { $0.timeAxis = .first }
    #expect(recording.format == "MATLAB v7.3")
    try expectTraces(recording)
  }

  @Test func suite2pKeepsCellsAndSubtractsNeuropil() throws {
    let cells = (0..<12).filter { $0 % 3 != 1 }
    let recording = try open("suite2p") {
      $0.neuropil = NeuropilRequest()
      $0.rate = 10
    }
    #expect(recording.format == "Suite2p" && recording.dt == 0.1)
    #expect(recording.labels == cells.map(String.init))
    let traces: Matrix<Double> = try recording.readNeurons(2..<5, on: SingleRank())
    for (row, neuron) in cells[2..<5].enumerated() {
      for t in 0..<30 { #expect(abs(traces[row, t] - Double((7 * neuron + t) % 100) + 7) < 1e-5) }
    }
    try expectTraces(open("suite2p"), kept: cells)
    try expectTraces(open("suite2p/F.npy"))
  }

  /// Plain HDF5, NWB by name and by path, a glob, and files beside a file: value − share · 10.
  @Test(arguments: [
    ("neuropil.h5", "/traces", "/around", false), ("neuropil.nwb", nil, nil, false),
    ("neuropil.nwb", nil, "/processing/ophys/Neuropil/Plane0", false),
    ("around.nwb", "/acquisition/Activity_*/data", "/acquisition/Around_*/data", false),
    ("suite2p/F.npy", nil, "suite2p/Fneu.npy", true), ("rows.csv", nil, "around.csv", true),
    ("rows.csv", nil, "suite2p/Fneu.npy", true),
  ])
  func neuropilIsSubtracted(
    file: String, traces: String?, neuropil: String?, isFile: Bool
  ) throws {
    let folder = try #require(fixtures, "fixtures.py failed")
    let recording = try open(file) {
      $0.traces = traces ?? (file == "neuropil.nwb" ? "/processing/ophys/Fluorescence/Plane0" : nil)
      if !file.hasSuffix("nwb") { $0.timeAxis = .second }
      $0.neuropil = NeuropilRequest(path: isFile ? folder + "/\(neuropil ?? "")" : neuropil)
      $0.neuropil?.share = 0.5
    }
    // The NWB file's neuropil has a conversion of its own, to 10 as well.
    try expectTraces(recording, offset: -5)
  }

  @Test func neuropilMustBeNamedAndFit() throws {
    for (file, path, code, word) in [
      ("plain.h5", nil, ExitCode.usage, "--neuropil PATH"),
      ("two.nwb", nil, ExitCode.usage, "--neuropil PATH"),
      ("suite2p/F.npy", nil, ExitCode.usage, "--neuropil PATH"),
      ("plain.h5", "/f4/axis1/plain", ExitCode.usage, "the traces themselves"),
      ("neuropil.h5", "/short", ExitCode.badData, "29 frames of 12"),
      ("neuropil.h5", "/none", ExitCode.missingInput, "has no dataset"),
      ("rows.csv", "/nowhere.csv", ExitCode.missingInput, "no such file"),
    ] {
      let error = #expect(throws: RecordingError.self) {
        _ = try open(file) {
          $0.traces =
            switch file {
            case "plain.h5": "/f4/axis1/plain"
            case "neuropil.h5": "/traces"
            case "two.nwb": "/processing/ophys/DfOverF/RoiResponseSeries"
            default: nil
            }
          if !file.hasSuffix("nwb") { $0.timeAxis = .second }
          $0.neuropil = NeuropilRequest(path: path)
        }
      }
      #expect(error?.exitCode == code, "\(error?.description ?? "")")
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
  }

  @Test func nwbWithARate() throws {
    let recording = try open("rate.nwb") {
      $0.inputs = [
        "/processing/behavior/BehavioralTimeSeries/velocity",
        "/processing/behavior/BehavioralTimeSeries/held",
      ]
    }
    #expect(recording.format == "NWB" && recording.dt == 0.25)
    #expect(recording.times.first == 2 && recording.times.last == 9.25)
    #expect(recording.labels == (1...12).map { "\(1000 + $0)" })
    #expect(recording.trialStarts == [0, 8, 10, 18, 20, 28])
    try expectTraces(recording, scale: 0.5, offset: -1)
    #expect(recording.inputNames == ["velocity", "held"])
    let inputs: Matrix<Double> = recording.inputs()
    for t in 0..<30 {
      let time = 2 + 0.25 * Double(t)
      #expect(abs(inputs[t, 0] - 3 * time) < 1e-12)
      #expect(abs(inputs[t, 1] - min(5, 1 + (time - 2))) < 1e-12)
    }
  }

  @Test func nwbWithTwoSeriesAsks() throws {
    let refused = #expect(throws: RecordingError.self) { _ = try open("two.nwb") }
    #expect(refused?.exitCode == ExitCode.usage)
    #expect(
      refused?.description.contains("/processing/ophys/DfOverF/RoiResponseSeries/data (30 × 12)")
        == true)
    let recording = try open("two.nwb") {
      $0.traces = "/processing/ophys/DfOverF/RoiResponseSeries"
    }
    #expect(recording.dt == 0.25 && recording.times.first == 1)
    try expectTraces(recording)
  }

  @Test func nwbWithOneSeriesANeuron() throws {
    for traces in [nil, "/acquisition/Activity_*/data"] {
      let recording = try open("single.nwb") { $0.traces = traces }
      #expect(recording.dt == 0.5 && recording.labels[11] == "Activity_0011")
      try expectTraces(recording)
    }
  }

  @Test func nwbSpikesAreBinned() throws {
    let refused = #expect(throws: RecordingError.self) { _ = try open("units.nwb") }
    #expect(refused?.description.contains("--bin") == true)
    let recording = try open("units.nwb") { $0.bin = 0.1 }
    #expect(recording.neurons == 3 && recording.frames == 20 && recording.dt == 0.1)
    #expect(recording.labels == ["70", "71", "72"])
    let rates: Matrix<Double> = try recording.readNeurons(0..<3, on: SingleRank())
    #expect(rates[0, 0] == 10 && rates[0, 1] == 20 && rates[0, 19] == 10)
    #expect(rates[2, 10] == 10)
    var total = 0.0
    for i in 0..<3 { for t in 0..<20 { total += rates[i, t] } }
    #expect(total == 50)
  }
}
