/// What a stream of random numbers is for: every purpose of the program, in one place.
///
/// The number is part of the generator's counter, so streams of different purposes never
/// meet, whatever their seed, k and iteration. It is also part of what a seed means: a number
/// is never changed and never given to another purpose, or the same seed would no longer
/// give the same recording, network or training.
///
/// | purposes | k | iteration |
/// |---|---|---|
/// | of training | tangent, trial, parameter or pair | training step |
/// | of generated recordings | neuron, input, bit or latent variable | frame |
/// | of selection | – | – |
/// | of rivals of the fit | neuron, step, or – | pass over the transitions, iteration, or – |
/// | of nulls | neuron | null, surrogate recording, or – |
package enum StreamPurpose: UInt32, CaseIterable, Sendable {
  // MARK: - Training
  case tangents = 0
  case trainingData = 1
  case initialParameters = 3
  case heldOutTrials = 4
  case recordedTrials = 5
  case perturbations = 6

  // MARK: - Generated recordings
  case weights = 16
  case inputWeights = 17
  case startingRates = 18
  case inputNoise = 19
  case outputNoise = 20
  case inputs = 21
  case attractorPattern = 22
  case events = 23
  case loadings = 24
  case latentCoupling = 25
  case rotations = 26
  case recordedCells = 27
  case timeScales = 28

  // MARK: - Selection of a fit's settings
  case neuronSample = 32

  // MARK: - Rivals of the fit
  case startingWeights = 40
  case transitionOrder = 41
  case teacherForcing = 42
  case freeRunNoise = 43

  // MARK: - Nulls
  case nullShifts = 48
  case nullPhases = 49
  case parallelAnalysis = 50

  // MARK: - Parts of a recording
  case blockBootstrap = 56
}

extension RandomStream {
  /// The stream of a purpose; see `StreamPurpose` for what `k` and `iteration` count.
  package init(seed: UInt64, purpose: StreamPurpose, k: Int = 0, iteration: Int = 0) {
    self.init(
      seed: seed, stream: purpose.rawValue, k: UInt32(k),
      iteration: UInt32(truncatingIfNeeded: iteration))
  }
}
