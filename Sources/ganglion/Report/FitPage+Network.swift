internal import Charts
internal import Evaluation
internal import Foundation
internal import Networks
internal import Reports
internal import Statistics
internal import Wording

extension FitPage {
  var skillFigures: [HTML] {
    guard let skill = score("skill")?.filter(\.isFinite), !skill.isEmpty else {
      return [paragraph("There are no held-out scores: no frame was kept from the fit.")]
    }
    // A few very bad neurons must not squeeze the others into one bin.
    let lowest = quantile(skill, 0.02, .preceded) ?? 0
    let lower = max(-2, min(0, (lowest * 10).rounded(.down) / 10))
    func histogram(_ values: [Double]) -> Histogram {
      var histogram = Histogram(from: lower, to: 1, bins: 40)
      for value in values { histogram.add(value) }
      return histogram
    }
    let network = histogram(skill)
    let others = yardstickSkills.map { ($0, histogram($0.skill)) }
    let most = ([network] + others.map(\.1)).flatMap(\.counts).max() ?? 1
    var chart = Chart(
      "Histogram of the skill of \(counted(skill.count, "neuron")); median \(short(median(skill)))",
      x: Scale(lower, 1), y: Scale(0, 1.05 * Double(max(1, most))), xLabel: "skill",
      yLabel: "neurons")
    chart.bars("network", .network, network)
    for (yardstick, counts) in others { chart.outline(yardstick.name, yardstick.style, counts) }
    chart.vertical("median", at: median(skill))
    let beyond = [("network", network)] + others.map { ($0.name, $1) }
    let hidden = beyond.filter { $1.below > 0 }.map { "\(grouped($1.below)) (\($0))" }
    let unseen =
      hidden.isEmpty ? "" : " Left of the chart: \(hidden.joined(separator: ", "))."
    return [
      grid([
        figure(
          "Skill of each neuron", chart.html,
          "1 is perfect, 0 is persistence; \(percent(share(skill) { $0 > 0 })) of the neurons are"
            + " above 0.\(unseen)")
      ])
    ]
  }

  /// The skill of the models that know no network, where the file has their errors.
  private var yardstickSkills: [(name: String, style: Chart.Style, skill: [Double])] {
    guard let persistence = score("persistence_mse") else { return [] }
    let known: [(key: String, name: String, style: Chart.Style)] = [
      ("linear_mse", "linear model", .linear), ("mean_mse", "mean", .mean),
    ]
    return known.compactMap { entry in
      score(entry.key).map { errors in
        let skill = zip(errors, persistence).filter { $1 > 0 }.map { 1 - $0 / $1 }
        return (entry.name, entry.style, skill)
      }
    }
  }

  var connectivityFigures: [HTML] {
    let weights = measured.weights
    let known = weights.pixels.filter { $0.isFinite && $0 != 0 }.map(abs)
    let limit = quantile(known, 0.99, .lower) ?? 1
    var from = 0.0
    let stretches = measured.regions.map { region in
      let start = from
      from += Double(region.neurons) / Double(max(1, neurons))
      return MatrixPicture.Stretch(name: region.name, from: start, to: from)
    }
    let block = neurons > weights.side
    let pixel = short(Double(neurons) / Double(weights.side), digits: 2)
    let picture = MatrixPicture(
      "Matrix of weights of \(counted(neurons, "neuron")), red positive and blue negative",
      side: weights.side, values: weights.pixels, limit: limit, stretches: stretches)
    let caption =
      (block
        ? "A pixel is the mean of about \(pixel) × \(pixel) weights: fine structure is averaged"
          + " away. " : "")
      + (stretches.isEmpty
        ? "Neurons in the recording's order; give `fit --regions` to order them by region."
        : "Neurons by region, then in the recording's order.")
      + " Colours end at the 99th percentile."
    let reach = WeightSummary.reach * max(weights.deviation, 1e-12)
    let histogram = Histogram(from: -reach, to: reach, counts: weights.counts)
    var chart = Chart(
      "Histogram of the weights off the diagonal; root mean square \(short(weights.deviation))",
      x: Scale(-reach, reach), y: Scale(0, 1.05 * Double(max(1, weights.counts.max() ?? 1))),
      xLabel: "weight", yLabel: "number of weights")
    chart.bars(nil, .network, histogram)
    let zeros = weights.zeroShare > 0 ? " \(percent(weights.zeroShare)) are exactly zero." : ""
    var parts = [
      grid([
        figure("W, onto neuron from presynaptic neuron", picture.html, caption),
        figure(
          "Weights off the diagonal", chart.html,
          "Root mean square \(short(weights.deviation)), largest magnitude"
            + " \(short(weights.largest)).\(zeros)"),
      ])
    ]
    if !measured.regions.isEmpty, measured.regions.count <= 30 { parts.append(regionTable) }
    return parts
  }

  private var regionTable: HTML {
    let names = measured.regions.map(\.name)
    let count = names.count
    let rows = names.indices.map { a in
      ["\(names[a]) (\(counted(measured.regions[a].neurons, "neuron")))"]
        + names.indices.map { b in
          let mean = measured.weights.regionMeans[a * count + b]
          let deviation = measured.weights.regionDeviations[a * count + b]
          return mean.isFinite ? "\(short(mean)) (\(short(deviation)))" : "–"
        }
    }
    return table(
      "Mean weight between regions, and in brackets the root mean square; rows receive, columns send",
      ["Onto"] + names.map { "from \($0)" }, rows)
  }

  var eigenvalueFigures: [HTML] {
    guard let spectrum = measured.spectrum, !spectrum.values.isEmpty else {
      return [paragraph("The eigenvalues could not be found: W holds numbers that are not finite.")]
    }
    let real = spectrum.values.map(\.real)
    let imaginary = spectrum.values.map(\.imaginary)
    let radius = zip(real, imaginary).map { ($0 * $0 + $1 * $1).squareRoot() }.max() ?? 1
    let side = max(1.1, 1.08 * radius)
    let angles = (0...200).map { 2 * Double.pi * Double($0) / 200 }
    var chart = Chart(
      "Eigenvalues of W in the complex plane; largest magnitude \(short(radius)), largest real part"
        + " \(short(real.max() ?? 0))",
      x: Scale(-side, side), y: Scale(-side, side), xLabel: "real part", yLabel: "imaginary part",
      isSquare: true)
    chart.line("unit circle", .guide, angles.map(cos), angles.map(sin))
    chart.vertical("real part 1", at: 1)
    chart.points("eigenvalues", .network, real, imaginary)
    let beyond = real.count { $0 > 1 }
    let which =
      spectrum.isComplete
      ? "All \(counted(real.count, "eigenvalue"))."
      : "The \(grouped(real.count)) outermost eigenvalues, found by Arnoldi iteration; those"
        + " inside are not shown."
    let meaning =
      beyond > 0
      ? "\(grouped(beyond)) have a real part above 1: without input the silent state is unstable, and"
        + " the network can be active by itself."
      : "None has a real part above 1: without input, small activity dies out."
    return [
      grid([figure("Complex plane", chart.html, "\(which) \(meaning)")])
    ]
  }
}
