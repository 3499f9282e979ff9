import RandomNumbers
import Testing

@Suite struct StreamPurposeTests {
  /// A purpose's number is part of what a seed means: files and networks of earlier versions
  /// were made with these.
  @Test func numbersNeverChange() {
    let expected: [StreamPurpose: UInt32] = [
      .tangents: 0, .trainingData: 1, .initialParameters: 3, .heldOutTrials: 4, .weights: 16,
      .inputWeights: 17, .startingRates: 18, .inputNoise: 19, .outputNoise: 20, .inputs: 21,
      .attractorPattern: 22, .events: 23, .loadings: 24, .latentCoupling: 25, .rotations: 26,
      .recordedTrials: 5, .perturbations: 6, .recordedCells: 27, .timeScales: 28, .neuronSample: 32,
      .startingWeights: 40, .transitionOrder: 41, .teacherForcing: 42, .freeRunNoise: 43,
      .nullShifts: 48, .nullPhases: 49, .parallelAnalysis: 50, .blockBootstrap: 56,
    ]
    #expect(Set(StreamPurpose.allCases) == Set(expected.keys))
    for (purpose, number) in expected { #expect(purpose.rawValue == number) }
    #expect(Set(expected.values).count == expected.count)
  }

  @Test func purposesHaveStreamsOfTheirOwn() {
    let streams = StreamPurpose.allCases.map {
      RandomStream(seed: 7, purpose: $0, k: 3, iteration: 5)
    }
    let words = streams.map { stream in (0..<4).map { stream.word(at: $0) } }
    #expect(Set(words).count == StreamPurpose.allCases.count)
    #expect(streams[0] == RandomStream(seed: 7, stream: 0, k: 3, iteration: 5))
  }
}
