internal import Charts
internal import Evaluation
internal import Foundation
internal import Reports
internal import Statistics
internal import Wording

// What weights are worth: sampling errors, and the agreement of parts of the recording.
extension FitPage {
  /// Weights of which the page draws a point.
  private static let mostPoints = 2000
  /// Most pixels a side of a map.
  private static let mostPixels = 480

  /// The card about sampling errors; empty where the scores hold none.
  var worthFigures: [HTML] {
    guard let scores, let names = scores.strings("worth_neuron") else { return [] }
    let lead = paragraph(
      "Of the weights onto \(counted(names.count, "neuron")): the sampling error at this ridge, which"
        + " is how far they would move if the recording were made anew, and how far the ridge pulls"
        + " them. The two make no interval of the true weights: the few large weights of a sparse"
        + " network are pulled by more.")
    return [lead] + [errorTable(scores, names), sumTable(scores)].compactMap { $0 }
  }

  /// Of each neuron, over the weights onto it.
  private func errorTable(_ scores: ResultContents, _ names: [String]) -> HTML? {
    let rows = names.indices.prefix(RegionPair.mostShown).compactMap { i -> [String]? in
      guard let weights = scores.series("worth/weight", at: [i]),
        let errors = scores.series("worth/sampling_error", at: [i]),
        let pulls = scores.series("worth/ridge_bias", at: [i])
      else { return nil }
      let known = errors.indices.filter { errors[$0] > 0 }
      guard !known.isEmpty else { return nil }
      let size = known.reduce(0) { $0 + weights[$1] * weights[$1] } / Double(known.count)
      let apart = known.count { abs(weights[$0]) > 2 * errors[$0] }
      return [names[i], short(size.squareRoot())]
        + [errors, pulls].map { values in short(median(known.map { values[$0] })) }
        + [percent(Double(apart) / Double(known.count))]
    }
    guard !rows.isEmpty else { return nil }
    return table(
      "Weights onto each neuron: their root mean square, medians of both errors, and the share of"
        + " weights that are more than 2 sampling errors from 0" + RegionPair.rest(of: names.count),
      ["Onto", "Rms weight", "Sampling error", "Ridge bias", "Beyond 2 errors"], rows)
  }

  private func sumTable(_ scores: ResultContents) -> HTML? {
    guard let names = scores.strings("target_region"),
      let sums = scores.table("worth/pair_sum", of: names.count),
      let errors = scores.table("worth/pair_sampling_error", of: names.count),
      let pulls = scores.table("worth/pair_ridge_bias", of: names.count)
    else { return nil }
    let order = sums.indices.filter { errors[$0] > 0 }.sorted {
      abs(sums[$0]) / errors[$0] > abs(sums[$1]) / errors[$1]
    }
    let rows = order.prefix(RegionPair.mostShown).map { place in
      [RegionPair(place, names).title]
        + [sums[place], errors[place], pulls[place]].map { short($0) }
    }
    return table(
      "Sums of the weights onto these neurons by region, those first that are most sampling errors"
        + " from 0" + RegionPair.rest(of: order.count),
      ["Onto", "Sum of weights", "Sampling error", "Ridge bias"], rows)
  }

  /// The card about parts of the recording; empty where the scores hold nothing of them.
  var agreementFigures: [HTML] {
    guard let scores else { return [] }
    let figures = [halvesFigure(scores), signMap(scores)].compactMap { $0 }
    guard !figures.isEmpty else { return [] }
    return [
      paragraph(
        "Networks that were fitted to parts of the fitted frames, with the same leaks and the same"
          + " ridge a frame: a weight that is of the animal, and not of the sample, is in all of"
          + " them. What all parts share, a drive or a bias of the ridge, they agree on too."),
      grid(figures),
    ] + [agreementTable(scores)].compactMap { $0 }
  }

  private func halvesFigure(_ scores: ResultContents) -> HTML? {
    guard let pearson = scores.number("half_pearson"), let same = scores.number("half_same_sign"),
      let first = scores.sample("agreement/first_half", side: neurons, most: Self.mostPoints),
      let second = scores.sample("agreement/second_half", side: neurons, most: Self.mostPoints)
    else { return nil }
    let known = zip(first, second).filter { $0.isFinite && $1.isFinite }
    let scale = Scale.around(known.flatMap { [$0, $1] })
    var chart = Chart(
      "Weights of the two halves of the recording against each other; correlation"
        + " \(shortCorrelation(pearson))",
      x: scale, y: scale, xLabel: "weight of the first half", yLabel: "weight of the second half",
      isSquare: true)
    chart.line(
      "equal", .guide, [scale.lower, scale.upper], [scale.lower, scale.upper], isDashed: true)
    chart.points("weights", .network, known.map(\.0), known.map(\.1))
    return figure(
      "Two halves", chart.html,
      "Correlation \(shortCorrelation(pearson)) over all weights; \(percent(same)) have the same"
        + " sign in both halves, \(percent(0.5)) by chance.")
  }

  private func signMap(_ scores: ResultContents) -> HTML? {
    let side = min(neurons, Self.mostPixels)
    guard let resamples = scores.number("bootstrap"), side > 0 else { return nil }
    let order = regionOrder
    let place = order.place.map { $0 * side / neurons }
    guard
      let pixels = scores.pixels("agreement/same_sign", place: place, side: side)
    else { return nil }
    let picture = MatrixPicture(
      "Share of resamples in which weights have the sign of the fit, red where in all and blue where"
        + " in none",
      side: side, values: pixels.map { 2 * $0 - 1 }, limit: 1, stretches: order.stretches)
    let sure = scores.number("bootstrap_sure").map {
      " \(percent($0)) of the weights have it in 95 % of them."
    }
    return figure(
      "Signs over \(grouped(whole(resamples))) resamples", picture.html,
      "Twice the share of resamples in which a weight has the sign it has in the fit, less 1: 1 where"
        + " in all, 0 where in half of them.\(sure ?? "")")
  }

  private func agreementTable(_ scores: ResultContents) -> HTML? {
    guard let names = scores.strings("target_region") else { return nil }
    let columns = [
      ("Correlation of halves", "half_pearson", false), ("Sign of the fit", "same_sign", true),
      ("In 95 % of resamples", "sure", true),
    ].compactMap { title, name, isShare in
      scores.table("agreement/pair_\(name)", of: names.count).map { (title, isShare, $0) }
    }
    guard let first = columns.first else { return nil }
    let order = first.2.indices.filter { first.2[$0].isFinite }.sorted {
      (first.2[$0], $1) > (first.2[$1], $0)
    }
    let rows = order.prefix(RegionPair.mostShown).map { place in
      [RegionPair(place, names).title]
        + columns.map { $1 ? percent($2[place]) : shortCorrelation($2[place]) }
    }
    return table(
      "Agreement of parts by pairs of regions: of weights and resamples those with the sign of the"
        + " fit, and weights that have it in 95 % of resamples" + RegionPair.rest(of: order.count),
      ["Onto"] + columns.map(\.0), rows)
  }

  /// Where each neuron stands in a map, by region, then as recorded.
  private var regionOrder: (place: [Int], stretches: [MatrixPicture.Stretch]) {
    let regions = model.strings("region") ?? []
    guard regions.count == neurons else { return (Array(0..<neurons), []) }
    var place = [Int](repeating: 0, count: neurons)
    var stretches: [MatrixPicture.Stretch] = []
    let order = (0..<neurons).sorted { (regions[$0], $0) < (regions[$1], $1) }
    var first = 0
    for (position, neuron) in order.enumerated() {
      place[neuron] = position
      let isLast = position + 1 == neurons || regions[order[position + 1]] != regions[neuron]
      guard isLast else { continue }
      stretches.append(
        MatrixPicture.Stretch(
          name: regions[neuron], from: Double(first) / Double(neurons),
          to: Double(position + 1) / Double(neurons)))
      first = position + 1
    }
    return (place, stretches)
  }
}
