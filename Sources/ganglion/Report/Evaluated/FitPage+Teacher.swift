internal import Charts
internal import Evaluation
internal import Foundation
internal import Reports
internal import Wording

// What `evaluate` found of the network that was recorded, where the recording tells of it.
extension FitPage {
  /// The card about the true network; empty where the scores hold nothing of it.
  var teacherTables: [HTML] {
    guard let scores else { return [] }
    return [trialRunTable(scores), fixedPointMatchTable(scores), matchedPointTable(scores)]
      .compactMap { $0 }
  }

  private func trialRunTable(_ scores: ResultContents) -> HTML? {
    guard let trials = scores.number("trial_runs"), let steps = scores.number("trial_run_steps")
    else { return nil }
    let rows = [
      ("Rates, R²", "rates_r2"), ("Rates, Pearson", "rates_pearson"),
      ("Readout by the true weights, R²", "readout_r2"),
      ("Readout by the true weights, Pearson", "readout_pearson"),
      ("Readout against what is wanted, R²", "wanted_r2"),
      ("Frames with every sign of the readout right", "signs_right"),
    ].compactMap { title, name -> [String]? in
      guard let network = scores.number("trial_run_" + name) else { return nil }
      let others = ["_truth", "_recorded"].map { ending -> String in
        let value = scores.number("trial_run_" + name + ending) ?? .nan
        return value.isNaN ? "–" : short(value)
      }
      return [title, short(network)] + others
    }
    return table(
      "Free runs of \(counted(whole(trials), "trial")), \(counted(whole(steps), "frame")) from the"
        + " start of each; the yardsticks are the true network's own run and the recorded rates",
      ["Score", "Network", "True network", "Recorded"], rows)
  }

  private func fixedPointMatchTable(_ scores: ResultContents) -> HTML? {
    func count(_ name: String) -> Int? { scores.number("attractors_" + name).map { whole($0) } }
    guard let stable = count("stable"), let saddles = count("saddles"),
      let trueStable = count("stable_truth"), let trueSaddles = count("saddles_truth"),
      let foundStable = count("stable_found"), let foundSaddles = count("saddles_found"),
      let halfStable = count("stable_yardstick"), let halfSaddles = count("saddles_yardstick"),
      let againStable = count("stable_found_yardstick"),
      let againSaddles = count("saddles_found_yardstick")
    else { return nil }
    func distance(_ name: String) -> String {
      let value = scores.number("attractors_" + name) ?? .nan
      return value.isNaN ? "–" : short(value)
    }
    return table(
      "Fixed points found again within \(short(FixedPointMatch.near)) spreads of the states; the"
        + " yardstick is the true network searched from two halves of the recording",
      ["Points", "Network", "True network", "Found again", "Yardstick"],
      [
        [
          "Stable", "\(stable)", "\(trueStable)", "\(foundStable)",
          "\(againStable) of \(halfStable)",
        ],
        [
          "Saddles", "\(saddles)", "\(trueSaddles)", "\(foundSaddles)",
          "\(againSaddles) of \(halfSaddles)",
        ],
        [
          "Median distance of pairs, spreads", "–", "–", distance("distance"),
          distance("distance_yardstick"),
        ],
      ])
  }

  private func matchedPointTable(_ scores: ResultContents) -> HTML? {
    guard let truth = scores.vector("matched_points/truth"),
      let network = scores.vector("matched_points/network"),
      let distance = scores.vector("matched_points/distance"),
      let unstable = scores.vector("fixed_points/unstable"),
      let radius = scores.vector("fixed_points/spectral_radius"),
      let trueUnstable = scores.vector("teacher_fixed_points/unstable"),
      let trueRadius = scores.vector("teacher_fixed_points/spectral_radius")
    else { return nil }
    let rows = distance.indices.prefix(30).map { k in
      let (i, j) = (whole(network[k]), whole(truth[k]))
      return [
        short(distance[k]), grouped(whole(unstable[i])), grouped(whole(trueUnstable[j])),
        short(radius[i]), short(trueRadius[j]),
      ]
    }
    let more = distance.count > 30 ? "; the first 30 of \(distance.count)" : ""
    return table(
      "Matched fixed points, by the stability of the true ones\(more)",
      [
        "Distance, spreads", "Unstable directions", "Of the true point", "Spectral radius",
        "Of the true point",
      ], rows)
  }
}
