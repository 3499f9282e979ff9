internal import CORNN
internal import Foundation
internal import Wording

// What nulls say of the weights, to be read.
extension NullReport {
  /// The share of small p values below which nulls are larger than weights, not like them: a fifth of
  /// the nominal one, which no set of recordings without connections came near (nulls.md).
  private static var powerless: Double { level / 5 }
  /// Pairs of regions that the text names one by one.
  private static var mostShown: Int { 10 }

  /// Lines of the text.
  var lines: [String] {
    let kind = settings.kind == .shift ? "shifted" : "phase-randomised"
    return [
      "weights against \(settings.count) \(kind) targets of each neuron, "
        + Self.regressors(taken, isJoint: isJoint)
    ] + countLines + pairLines + notes.map { "note: \($0)" } + warnings.map { "warning: \($0)" }
  }

  /// What stands beside the regressors.
  static func regressors(_ taken: Int, isJoint: Bool) -> String {
    let with = "with \(counted(taken, "component")) of the population as regressors"
    return isJoint
      ? "without and \(with): p is the larger of both (intersection-union test)" : with
  }

  /// How many weights are told from chance, by all tests together and by each.
  private var countLines: [String] {
    let all = isJoint ? [positives] + positivesByTest : [positives]
    let columns = TextColumns([.left(40)] + all.map { _ in .left(9) })
    let rows = [
      ["weights compared", "\(tested)"] + all.dropFirst().map { _ in "" },
      ["p <= \(plain(Self.level)), by chance \(isJoint ? "at most " : "")\(percentage(Self.level))"]
        + all.map { percentage(share($0)) },
      ["found at a false discovery rate of \(percentage(Self.level))"]
        + all.map { "\($0.discoveries)" },
    ]
    return ((isJoint ? [["", "both", "without", "with"]] : []) + rows).map { cells in
      let line = columns.line(cells)
      return "  " + String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// Pairs of regions, those first that chance tells least of.
  private var pairLines: [String] {
    guard let pairs = found.pairs else { return [] }
    let known = pairs.p.indices.filter { !pairs.p[$0].isNaN }
    let order = known.sorted {
      (pairs.p[$0], -pairs.strengths[$0] / pairs.nullStrengths[$0])
        < (pairs.p[$1], -pairs.strengths[$1] / pairs.nullStrengths[$1])
    }
    let titles = ["onto", "from", "rms weight", "of nulls", "p", "q"]
    let rows = order.prefix(Self.mostShown).map { pair in
      [pairs.names[pair / pairs.names.count], pairs.names[pair % pairs.names.count]]
        + [pairs.strengths, pairs.nullStrengths, pairs.p, pairs.q].map {
          String(format: "%.3g", $0[pair])
        }
    }
    let table = [titles] + rows
    let columns = TextColumns(
      fitting: table, [.left, .left, .right, .right, .right, .right], gap: 2)
    let more = known.count - rows.count
    return [
      "pairs of regions against the same nulls" + (isJoint ? ", by the test of the larger p" : "")
    ] + table.map { "  " + columns.line($0) } + (more > 0 ? ["  and \(more) more (-o FILE)"] : [])
  }

  /// What a reader should know of the numbers.
  var notes: [String] {
    var notes = lonely.map {
      "region \($0.region) has one neuron, \($0.neuron): within it there is no pair, and pairs with"
        + " it are single weights"
    }
    if let place = found.tests.firstIndex(where: { $0.components == 0 }),
      share(positivesByTest[place]) < Self.powerless
    {
      notes.append(
        "without components \(percentage(share(positivesByTest[place]))) of the weights have p <="
          + " \(plain(Self.level)), far fewer than by chance: the network explains so much of the"
          + " targets that nulls, of which it explains nothing, are larger than its weights, and what"
          + " is not found may be there (see --standard-errors)")
    }
    if let components, taken > 0 {
      notes.append(
        "what the leading \(counted(taken, "component")) carry is no weight:"
          + " connections that make neurons alike are lost with drives that do (parallel analysis"
          + " tells \(components.count) from chance)")
    }
    return notes
  }

  /// Where the null hypothesis is not the one that is meant.
  var warnings: [String] {
    guard let components else {
      return [
        "whether the neurons share a drive was not looked at; if they do, the weights that are found"
          + " may all be its work"
      ]
    }
    if taken < components.count {
      return [
        "\(counted(components.count, "component")) of the population"
          + " \(components.count == 1 ? "is" : "are") beyond chance (parallel analysis) and"
          + " \(taken) \(taken == 1 ? "is" : "are") taken as regressors:"
          + " under a drive that neurons share, every weight that was found in trials without them"
          + " was false; give --components auto"
      ]
    }
    guard taken > 0 else { return [] }
    var warnings: [String] = []
    // Sources/Benchmarks/results/choices/nulls-power.md
    if !isJoint {
      warnings.append(
        "where neurons are alike by their own dynamics and not by a drive, a third to all of the"
          + " weights that were found with components alone were not there (simulated networks of 40"
          + " neurons, a tenth of them connected): --components auto takes nulls without them as well"
      )
    } else if !isRidgeChosen {
      warnings.append(
        "the ridge was given: where it was 100 and 1,000 times what cross-validation takes, 63 to 88 %"
          + " of the weights that both tests found were not there (simulated networks of 40 neurons, a"
          + " tenth of them connected): fit with --lambda auto")
    }
    if components.count == components.eigenvalues.count {
      warnings.append(
        "all \(components.count) components that are looked for are beyond chance, and there may be"
          + " more: a drive that neurons share may be behind the weights that are found")
    }
    return warnings
  }

  /// As JSON.
  var object: [String: Any] {
    var object: [String: Any] = [
      "nulls": settings.count, "kind": settings.kind.rawValue, "components": taken,
      "weights": tested, "share_beyond_chance": jsonNumber(share(positives)),
      "discoveries": positives.discoveries,
      "tests": zip(found.tests, positivesByTest).map { test, own in
        [
          "components": test.components, "share_beyond_chance": jsonNumber(share(own)),
          "discoveries": own.discoveries,
        ] as [String: Any]
      },
      "notes": notes, "warnings": warnings,
    ]
    if let components { object["components_beyond_chance"] = components.count }
    if let pairs = found.pairs {
      let columns = [pairs.strengths, pairs.nullStrengths, pairs.p, pairs.q]
      object["pairs"] = pairs.p.indices.map { pair in
        let values = columns.map { jsonNumber($0[pair]) }
        return [
          "onto": pairs.names[pair / pairs.names.count],
          "from": pairs.names[pair % pairs.names.count], "rms_weight": values[0],
          "null_rms_weight": values[1], "p": values[2], "q": values[3],
        ]
      }
    }
    return object
  }
}
