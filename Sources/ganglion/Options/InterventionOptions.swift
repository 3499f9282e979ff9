internal import ArgumentParser
internal import Networks
internal import Wording

/// What is done to neurons while a network runs.
struct InterventionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Hold the rates of these at 0 for the whole run: neurons and regions by name, with commas \
      between. May be repeated. 0 sends nothing; where the fit scaled its traces it is the rate \
      that the scale calls 0, and --clamp holds at another.
      """, valueName: "cells"))
  var silence: [String] = []
  @Option(
    help: ArgumentHelp(
      """
      Add a current to the inputs of these, in the units of W r, such as AVAL,AVAR=0.5:20-30: in \
      each frame from 20 until before 30 of the run, whose start is 0; without frames: always. May \
      be repeated; currents add up.
      """, valueName: "cells=amount[:from-to]"))
  var drive: [CellDeed] = []
  @Option(
    help: ArgumentHelp(
      """
      Hold the rates of these at a value in [-1, 1], such as V1=0.8:20-30: in each frame from 20 \
      until before 30; without frames: always. May be repeated.
      """, valueName: "cells=rate[:from-to]"))
  var clamp: [CellDeed] = []

  var isEmpty: Bool { silence.isEmpty && drive.isEmpty && clamp.isEmpty }

  func validate() throws {
    for deed in clamp {
      try require(
        abs(deed.amount) <= 1,
        "--clamp \(deed.text): the rate is \(asGiven(deed.amount)), and rates lie in [-1, 1]")
    }
  }

  /// The flags that were given, as they go into the file's configuration.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = [:]
    if !silence.isEmpty { settings["silence"] = silence }
    if !drive.isEmpty { settings["drive"] = drive.map(\.text) }
    if !clamp.isEmpty { settings["clamp"] = clamp.map(\.text) }
    return settings
  }

  /// What they ask for in a run of some steps.
  ///
  /// - Throws: `CommandLineError` (64) for neurons that are not there, named twice, or held twice
  ///   at a time; for frames beyond the run.
  func intervention(on neurons: ModelNeurons, steps: Int) throws -> Intervention {
    let frames = 0..<(steps + 1)
    let held =
      try silence.map { cells in
        Intervention.Part(
          .clamp(0), neurons: try neurons.places(of: cells, "--silence"), frames: frames)
      }
      + clamp.map { deed in
        Intervention.Part(
          .clamp(deed.amount), neurons: try neurons.places(of: deed.cells, "--clamp"),
          frames: try deed.frames(within: frames, "--clamp"))
      }
    for (number, part) in held.enumerated() {
      for other in held[..<number] where other.frames.overlaps(part.frames) {
        guard let neuron = Set(other.neurons).intersection(part.neurons).min() else { continue }
        throw CommandLineError.usage(
          "neuron \(neurons.labels[neuron]) is held twice at a time by --silence and --clamp: leave"
            + " one out")
      }
    }
    return Intervention(
      try held
        + drive.map { deed in
          // What is added in the last frame would act after it.
          Intervention.Part(
            .drive(deed.amount), neurons: try neurons.places(of: deed.cells, "--drive"),
            frames: try deed.frames(within: 0..<steps, "--drive"))
        })
  }
}

/// `CELLS=AMOUNT` or `CELLS=AMOUNT:FROM-TO` on the command line.
struct CellDeed: ExpressibleByArgument, Equatable {
  let text: String
  /// Names of neurons and regions, with commas between.
  let cells: String
  let amount: Double
  /// nil: all.
  let frames: Range<Int>?

  init?(argument: String) {
    // Names may hold signs of all kinds: the last "=" counts.
    guard let match = argument.wholeMatch(of: #/(.+)=([^=:]+)(?::(\d+)-(\d+))?/#),
      let amount = Double(match.2), amount.isFinite
    else { return nil }
    text = argument
    cells = String(match.1)
    self.amount = amount
    guard let first = match.3.flatMap({ Int($0) }), let end = match.4.flatMap({ Int($0) }) else {
      frames = nil
      return
    }
    guard first < end else { return nil }
    frames = first..<end
  }

  /// The frames, or all that there are.
  ///
  /// - Throws: `CommandLineError` (64) for frames beyond.
  fileprivate func frames(within all: Range<Int>, _ flag: String) throws -> Range<Int> {
    guard let frames else { return all }
    guard frames.upperBound <= all.upperBound else {
      throw CommandLineError.usage(
        "\(flag) \(text): the frames of this run that it can act in are 0 to"
          + " \(all.upperBound - 1); give them, or more --steps")
    }
    return frames
  }
}
