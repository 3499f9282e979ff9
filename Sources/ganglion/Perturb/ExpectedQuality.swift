internal import Evaluation
internal import Foundation
internal import Wording

/// How well a fit foresees responses, as simulations with known truth say.
///
/// Correlations of the responses of fitted and true network, over all pulses and all other cells, by
/// fitted frames for each neuron and frames ahead. Errors on held-out frames do not say where in the
/// range a fit stands, as a fit with a wrong leak, or of some of the cells, may predict the next frame
/// well (Sources/Benchmarks/results/choices/expectation.md); one that predicts no better than its
/// yardsticks has nothing to be expected of.
struct ExpectedQuality: Equatable {
  /// With noise or cells that are not seen, by fits that choose their leak: the median, and all runs.
  let correlation: Double
  let range: ClosedRange<Double>
  /// With little noise, all cells seen and the leak known.
  let best: Double
  /// Fitted frames for each neuron, and frames ahead, of the simulation.
  let framesPerNeuron: Double
  let ahead: Int

  /// Rows of the study's table: frames a neuron, frames ahead, median, least, most; and the median
  /// of perturbation.md, where nothing stands in the way.
  private static let rows: [(Double, Int, Double, Double, Double, Double)] = [
    (2.4, 1, 0.19, 0.11, 0.32, 0.49), (2.4, 3, 0.19, 0.11, 0.34, 0.50),
    (2.4, 10, 0.20, 0.11, 0.38, 0.45), (8, 1, 0.35, 0.15, 0.53, 0.87),
    (8, 3, 0.38, 0.17, 0.55, 0.88), (8, 10, 0.41, 0.21, 0.59, 0.86),
    (24, 1, 0.56, 0.16, 0.99, 1.00), (24, 3, 0.58, 0.16, 0.99, 1.00),
    (24, 10, 0.61, 0.18, 0.99, 1.00),
  ]

  private static let measured = rows.map { frames, ahead, median, least, most, best in
    ExpectedQuality(
      correlation: median, range: least...most, best: best, framesPerNeuron: frames, ahead: ahead)
  }

  /// The simulation that is nearest, both as ratios.
  static func nearest(frames: Int, neurons: Int, ahead: Int) -> ExpectedQuality {
    let framesPerNeuron = Double(frames) / Double(neurons)
    func distance(_ other: ExpectedQuality) -> Double {
      abs(log(framesPerNeuron / other.framesPerNeuron))
        + abs(log(Double(ahead) / Double(other.ahead)))
    }
    return measured.min { distance($0) < distance($1) } ?? measured[0]
  }

  /// As a table ends with it.
  var text: String {
    func number(_ value: Double) -> String { String(format: "%.2f", value) }
    return "expected: in simulations with \(plain(framesPerNeuron, digits: 3)) fitted frames a"
      + " neuron, with noise or unseen cells, predicted and true responses of the other cells"
      + " \(counted(ahead, "frame")) ahead correlate at \(number(correlation))"
      + " (\(number(range.lowerBound)) to \(number(range.upperBound))); at best, with little noise,"
      + " all cells seen and the leak known, at \(number(best))"
  }
}

/// What is to be expected of the responses that a fit foresees.
enum ResponseExpectation {
  case quality(ExpectedQuality)
  /// Nothing, as it does not beat a yardstick that knows no network.
  case nothing(than: String)
  /// The frames that were fitted are not at hand.
  case unknown

  /// From what the held-out frames say of the fit, where some were held out.
  init(_ quality: ExpectedQuality, of verdict: Verdict?) {
    guard let verdict else {
      self = .quality(quality)
      return
    }
    self =
      switch verdict.finding {
      case .notBetterThanPersistence: .nothing(than: "rates that stay as they are")
      case .notBetterThanMean: .nothing(than: "each neuron's mean")
      case .none, .notBetterThanLinear, .best: .quality(quality)
      }
  }

  var quality: ExpectedQuality? {
    guard case .quality(let quality) = self else { return nil }
    return quality
  }

  /// As a table ends with it.
  var text: String {
    switch self {
    case .quality(let quality): quality.text
    case .nothing(let yardstick):
      "warning: expect nothing of these: the network predicts held-out frames no better than"
        + " \(yardstick)"
    case .unknown:
      "how well these are foreseen is not known: the fitted recording is not the one that was read"
    }
  }
}
