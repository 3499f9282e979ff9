import CORNN
import Collectives
import LinearAlgebra
import RandomNumbers
import Runtime

@testable import Rivals

/// Four noisy neurons with an input, two trials, and a value that is missing.
func noisyProblem() throws -> FitProblem<Double> {
  var rates = gaussian(4, 60, stream: 5, scale: 0.3)
  rates[1, 12] = .nan
  return try FitProblem(
    PreparedRecording(
      rates: rates, local: 0..<4, neurons: 4, inputs: gaussian(1, 60, stream: 6, scale: 1),
      trialStarts: [30], holdout: 0),
    bias: true, group: SingleRank(), phases: Phases())
}

/// The frames of free runs from some of a problem's positions.
func freeRunFrames(
  _ problem: FitProblem<Double>, at positions: [Int], horizon: Int = 4, most: Int = 20
) throws -> FreeRunFrames {
  let found = try FreeRunFrames(
    problem, at: positions, horizon: horizon, most: most, group: SingleRank())
  guard let found else { throw FitError.nothingToFit }
  return found
}

/// Numbers of a normal distribution with a standard deviation of `scale`.
func gaussian(_ rows: Int, _ columns: Int, stream: Int, scale: Double) -> Matrix<Double> {
  var result = Matrix<Double>(rows: rows, columns: columns)
  var entries = result.mutableElements
  RandomStream(seed: 7, purpose: .events, k: stream).fillNormal(&entries)
  for i in 0..<entries.count { entries[i] *= scale }
  return result
}
