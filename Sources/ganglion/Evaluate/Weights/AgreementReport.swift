internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Statistics
internal import Wording

/// How far fits to parts of a recording agree, as `evaluate` says it.
struct AgreementReport {
  /// This rank's share.
  private let found: PartAgreement
  private let regions: RegionPlaces?
  /// Of all weights.
  private let all: PairAgreement
  /// Of pairs of regions, target × source.
  private let pairs: [PairAgreement]
  /// Of the weights onto each of this rank's neurons: Pearson's correlation of the halves.
  private let ofNeurons: [Double]

  /// A share of resamples with the same sign from which on a sign counts as sure.
  static let sure = 0.95
  /// Pairs of regions that the text names one by one.
  private static let mostShown = 10

  private var hasHalves: Bool { found.firstHalf.columns > 0 }
  private var hasResamples: Bool { found.sameSign.columns > 0 }

  /// - Collective: every rank of `world` must call it.
  init(
    _ found: PartAgreement, first: Int, regions: RegionPlaces?, on world: borrowing Communicator
  ) throws {
    self.found = found
    self.regions = regions
    let count = regions?.names.count ?? 0
    var sums = [PairAgreement](repeating: PairAgreement(), count: 1 + count * count)
    var ofNeurons: [Double] = []
    for i in 0..<max(found.firstHalf.rows, found.sameSign.rows) {
      var own = PairAgreement()
      for j in 0..<max(found.firstHalf.columns, found.sameSign.columns) {
        let entry = PairAgreement(found, i, j)
        own.add(entry)
        if let regions {
          sums[1 + regions.places[first + i] * count + regions.places[j]].add(entry)
        }
      }
      sums[0].add(own)
      ofNeurons.append(own.pearson)
    }
    self.ofNeurons = ofNeurons
    var numbers = sums.flatMap(\.numbers)
    try world.sum(&numbers)
    let width = PairAgreement.width
    let totals = stride(from: 0, to: numbers.count, by: width).map {
      PairAgreement(numbers: Array(numbers[$0..<$0 + width]))
    }
    all = totals[0]
    pairs = Array(totals[1...])
  }

  /// The regions of which pairs are told.
  var regionNames: [String]? { regions?.names }

  /// Lines of the text.
  var lines: [String] {
    var lines: [String] = []
    func row(_ name: String, _ value: String) {
      lines.append("  " + padded(name, to: 50) + value)
    }
    if hasHalves {
      lines.append("weights of the two halves of the fitted frames, every other of 20 blocks")
      row("pearson", String(format: "%.3f", all.pearson))
      row("same sign in both", percentage(all.sameInHalves))
    }
    if hasResamples {
      lines.append("weights of \(found.resamples) resamples of these blocks")
      row("sign of the fit, of all weights and resamples", percentage(all.sameInResamples))
      row("weights with it in \(percentage(Self.sure)) of them", percentage(all.sureShare))
    }
    return lines + pairLines
  }

  private var pairLines: [String] {
    guard let names = regions?.names else { return [] }
    let known = pairs.indices.filter { pairs[$0].count > 0 }
    let titles =
      ["onto", "from"] + (hasHalves ? ["pearson of halves"] : [])
      + (hasResamples ? ["sign of the fit", "sure"] : [])
    let rows = known.prefix(Self.mostShown).map { pair in
      [names[pair / names.count], names[pair % names.count]]
        + (hasHalves ? [String(format: "%.3f", pairs[pair].pearson)] : [])
        + (hasResamples
          ? [percentage(pairs[pair].sameInResamples), percentage(pairs[pair].sureShare)] : [])
    }
    let table = [titles] + rows
    let alignments: [Alignment] = [.left, .left] + titles.dropFirst(2).map { _ in .right }
    let columns = TextColumns(fitting: table, alignments, gap: 2)
    let more = known.count - rows.count
    return ["agreement between parts by pairs of regions"]
      + table.map { "  " + columns.line($0) } + (more > 0 ? ["  and \(more) more (-o FILE)"] : [])
  }

  /// As JSON.
  var object: [String: Any] {
    func figures(_ sums: PairAgreement) -> [String: Any] {
      var object: [String: Any] = ["weights": sums.count]
      if hasHalves {
        object["half_pearson"] = jsonNumber(sums.pearson)
        object["half_same_sign"] = jsonNumber(sums.sameInHalves)
      }
      if hasResamples {
        object["same_sign"] = jsonNumber(sums.sameInResamples)
        object["sure"] = jsonNumber(sums.sureShare)
      }
      return object
    }
    var object = figures(all)
    object["resamples"] = found.resamples
    if let names = regions?.names {
      object["pairs"] = pairs.indices.map { pair in
        figures(pairs[pair]).merging([
          "onto": names[pair / names.count], "from": names[pair % names.count],
        ]) { $1 }
      }
    }
    return object
  }

  /// Writes `/agreement/*`: (neuron, presyn), and `/agreement/pair_*` (target_region,
  /// source_region) where there are regions.
  ///
  /// - Collective: every rank must call it.
  func write(to file: inout ResultFile, first: Int, isRoot: Bool) throws {
    if hasHalves {
      try file.contents.setAttribute("half_pearson", all.pearson)
      try file.contents.setAttribute("half_same_sign", all.sameInHalves)
      try write(found.firstHalf, "first_half", "weight of the blocks 0, 2, 4, …", first, to: &file)
      try write(
        found.secondHalf, "second_half", "weight of the blocks 1, 3, 5, …", first, to: &file)
      let variable = try file.createVariable(
        "agreement/half_pearson", of: Double.self, ["neuron"],
        longName: "correlation of both halves over the weights onto neuron")
      try variable.write(ofNeurons, at: first)
      try variable.close()
    }
    if hasResamples {
      try file.contents.setAttribute("bootstrap", found.resamples)
      try file.contents.setAttribute("bootstrap_same_sign", all.sameInResamples)
      try file.contents.setAttribute("bootstrap_sure", all.sureShare)
      try write(
        found.sameSign, "same_sign", "share of resamples with the sign of the fit", first,
        to: &file)
      try write(
        found.deviation, "deviation", "standard deviation over resamples", first, to: &file)
    }
    guard regions != nil else { return }
    for (name, meaning, isThere, values) in [
      ("half_pearson", "correlation of both halves", hasHalves, pairs.map(\.pearson)),
      (
        "same_sign", "share of weights and resamples with the sign of the fit", hasResamples,
        pairs.map(\.sameInResamples)
      ),
      (
        "sure", "share of weights with it in 95 % of resamples", hasResamples,
        pairs.map(\.sureShare)
      ),
    ] where isThere {
      let variable = try file.createVariable(
        "agreement/pair_\(name)", of: Double.self, ["target_region", "source_region"],
        longName: meaning)
      try variable.writeWhole(isRoot ? values : [])
      try variable.close()
    }
  }

  private func write(
    _ matrix: borrowing Matrix<Float>, _ name: String, _ meaning: String, _ first: Int,
    to file: inout ResultFile
  ) throws {
    let variable = try file.createVariable(
      "agreement/\(name)", of: Float.self, ["neuron", "presyn"], longName: meaning)
    try variable.writeBlock(matrix, row: first, transfer: .independent)
    try variable.close()
  }
}

/// Sums of how some weights agree.
private struct PairAgreement {
  /// `PairSums` of the halves, of which the first is how many weights there are, and those with the same
  /// sign; of resamples the sum of shares with the same sign, and weights of which it is sure.
  private(set) var numbers = [Double](repeating: 0, count: PairAgreement.width)

  static let width = 9

  init() {}
  init(numbers: [Double]) { self.numbers = numbers }

  /// One weight; nothing where there is none.
  init(_ found: PartAgreement, _ i: Int, _ j: Int) {
    if found.firstHalf.columns > 0 {
      let (x, y) = (Double(found.firstHalf[i, j]), Double(found.secondHalf[i, j]))
      guard x.isFinite, y.isFinite else { return }
      var pair = PairSums()
      pair.add(x, y)
      numbers.replaceSubrange(..<PairSums.width, with: pair.numbers)
      numbers[PairSums.width] = x * y > 0 ? 1 : 0
    }
    if found.sameSign.columns > 0 {
      let share = Double(found.sameSign[i, j])
      guard share.isFinite else { return }
      numbers[0] = 1
      numbers[7] = share
      // As float32, as which shares are kept: 19 of 20 are 95 %.
      numbers[8] = found.sameSign[i, j] >= Float(AgreementReport.sure) ? 1 : 0
    }
  }

  mutating func add(_ other: PairAgreement) {
    for k in numbers.indices { numbers[k] += other.numbers[k] }
  }

  var count: Double { numbers[0] }
  var sameInHalves: Double { numbers[6] / count }
  var sameInResamples: Double { numbers[7] / count }
  var sureShare: Double { numbers[8] / count }

  var pearson: Double { PairSums(numbers.prefix(PairSums.width)).correlation }
}
