internal import Evaluation
internal import Foundation
internal import Networks
internal import Reports

extension FitPage {
  var skillFigures: [HTML] {
    guard let skill = score("skill")?.filter(\.isFinite), !skill.isEmpty else {
      return [paragraph("There are no held-out scores: no frame was kept from the fit.")]
    }
    // A few very bad neurons must not squeeze the others into one bin.
    let lowest = skill.sorted()[skill.count / 50]
    let lower = max(-2, min(0, (lowest * 10).rounded(.down) / 10))
    var network = Histogram(from: lower, to: 1, bins: 40)
    for value in skill { network.add(value) }
    var chart = Chart(
      "Histogram of the skill of \(skill.count) neurons; median \(short(median(skill)))",
      x: Scale(lower, 1), y: Scale(0, 1.05 * Double(network.counts.max() ?? 1)),
      xLabel: "skill", yLabel: "neurons")
    chart.bars("network", .model, network)
    if let linear = score("linear_mse"), let persistence = score("persistence_mse") {
      var other = Histogram(from: lower, to: 1, bins: 40)
      for (error, base) in zip(linear, persistence) where base > 0 { other.add(1 - error / base) }
      let edges = other.counts.indices.flatMap { [other.edge($0), other.edge($0 + 1)] }
      chart.line("linear model", .other, edges, other.counts.flatMap { [Double($0), Double($0)] })
    }
    chart.vertical("median", at: median(skill))
    let hidden = network.below > 0 ? " \(network.below) lie further left." : ""
    return [
      grid([
        figure(
          "Skill of each neuron", chart.html,
          "1 is perfect, 0 is persistence; \(percent(share(skill) { $0 > 0 })) of the neurons are"
            + " above 0.\(hidden)")
      ])
    ]
  }

  var connectivityFigures: [HTML] {
    let weights = measured.weights
    let known = weights.pixels.filter { $0.isFinite && $0 != 0 }.map(abs).sorted()
    let limit = known.isEmpty ? 1 : known[Int(0.99 * Double(known.count - 1))]
    var from = 0.0
    let stretches = measured.regions.map { region in
      let start = from
      from += Double(region.neurons) / Double(max(1, neurons))
      return MatrixPicture.Stretch(name: region.name, from: start, to: from)
    }
    let block = neurons > weights.side
    let picture = MatrixPicture(
      "Matrix of weights of \(neurons) neurons, red positive and blue negative",
      side: weights.side, values: weights.pixels, limit: limit, stretches: stretches)
    let caption =
      (block
        ? "A pixel is the mean of about \(short(Double(neurons) / Double(weights.side))) squared"
          + " weights: fine structure is averaged away. " : "")
      + (stretches.isEmpty
        ? "Neurons in the recording's order; give `fit` --regions to order them by region."
        : "Neurons by region, then in the recording's order.")
      + " Colours end at the 99th percentile."
    let reach = WeightSummary.reach * max(weights.deviation, 1e-12)
    let histogram = Histogram(from: -reach, to: reach, counts: weights.counts)
    var chart = Chart(
      "Histogram of the weights off the diagonal; root mean square \(short(weights.deviation))",
      x: Scale(-reach, reach), y: Scale(0, 1.05 * Double(max(1, weights.counts.max() ?? 1))),
      xLabel: "weight", yLabel: "number of weights")
    chart.bars(nil, .model, histogram)
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
      ["\(names[a]) (\(grouped(measured.regions[a].neurons)) neurons)"]
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
    chart.line("unit circle", .quiet, angles.map(cos), angles.map(sin))
    chart.vertical("real part 1", at: 1)
    chart.points("eigenvalues", .model, real, imaginary)
    let beyond = real.count { $0 > 1 }
    let which =
      spectrum.isComplete
      ? "All \(grouped(real.count)) eigenvalues."
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
