// What weights are worth, as JSON.
extension WeightErrorReport {
  /// An object a neuron.
  var object: [[String: Any]] {
    zip(neurons, summaries).map { name, row in
      [
        "neuron": name, "rms_weight": jsonNumber(row.size),
        "median_sampling_error": jsonNumber(row.standardError),
        "median_ridge_bias": jsonNumber(row.ridgeBias), "ridge_share": jsonNumber(row.ridgeShare),
        "beyond_two_sampling_errors": row.apart, "weights": row.count,
        "error_correlation": jsonNumber(row.correlation),
      ]
    }
  }

  /// Pairs of regions as JSON; nil without regions.
  var regionObject: [[String: Any]]? {
    guard let regions else { return nil }
    let names = regions.regions.names
    return regions.weights.indices.map { pair in
      [
        "onto": names[pair / names.count], "from": names[pair % names.count],
        "sum": jsonNumber(regions.weights[pair]),
        "sampling_error": jsonNumber(regions.standardErrors[pair]),
        "ridge_bias": jsonNumber(regions.ridgeBiases[pair]),
      ]
    }
  }
}
