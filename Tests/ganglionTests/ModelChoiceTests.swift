import ArgumentParser
import CORNN
import Collectives
import Foundation
import LinearAlgebra
import Recordings
import Runtime
import TestSupport
import Testing

@testable import ganglion

/// Leak, ridge and loss as they are given, or chosen.
@Suite struct ModelChoiceTests {
  private let neurons = 6
  private let frames = 120

  /// Rates of neurons that forget a tenth a frame.
  private var rates: [[Double]] {
    var state: UInt64 = 3
    return (0..<neurons).map { _ in
      var value = 0.0
      return (0..<frames).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        value = 0.9 * value + 0.1 * (2 * Double(state >> 11) / 9_007_199_254_740_992 - 1)
        return value
      }
    }
  }

  private func candidates(_ words: String..., dt: Double? = nil) throws -> ModelCandidates {
    try ModelCandidates(ModelOptions.parse(words), alpha: nil, dt: dt)
  }

  private func choice(_ candidates: ModelCandidates) throws -> ModelChoice {
    let problem = try FitProblem(
      PreparedRecording(
        rates: Matrix(rates), local: 0..<neurons, neurons: neurons,
        inputs: Matrix(rows: 0, columns: frames), trialStarts: [], holdout: 0.2),
      bias: true, group: SingleRank(), phases: Phases())
    let search = ModelSearch(
      candidates: candidates, problem: problem, configuration: Configuration(),
      constraints: Constraints(), threads: 1, phases: Phases(), memory: SearchMemory())
    return try search.choose(on: SingleRank())
  }

  @Test func givenNarrows() throws {
    let all = try candidates()
    #expect(all.grid.alphas.count > 1 && all.grid.lambdas.count > 1 && !all.isGiven)
    #expect(all.losses.map(\.name) == ["crossentropy"] && !all.leakPerNeuron)
    let given = try candidates("--alpha", "0.3", "--lambda", "1e-2")
    #expect(given.grid.alphas == [0.3] && given.grid.lambdas == [1e-2] && given.isGiven)
    #expect(
      given.expectedFolds(transitions: 1000) == 0
        && all.expectedFolds(transitions: 1000) == 4 * all.grid.folds)
    let losses = try candidates("--loss", "auto", "--alpha", "0.3", "--lambda", "1e-2")
    #expect(losses.losses.count == NamedLoss.candidates.count)
    #expect(losses.expectedFolds(transitions: 1000) == 2 * losses.grid.folds)
    #expect(try candidates("--alpha", "per-neuron").leakPerNeuron)
  }

  /// A result's name of a chosen loss says which it is, also where today's list has it no more.
  @Test func chosenLossesAreKnownByName() throws {
    for candidate in NamedLoss.candidates.dropFirst() {
      #expect(NamedLoss.chosen(candidate.name)?.loss == candidate.loss)
    }
    let former = try #require(NamedLoss.chosen("noise-aware, noise ratio 1, threshold 0.05"))
    let given = try candidates(
      "--loss", "noise-aware", "--noise-ratio", "1", "--threshold", "0.05")
    #expect(former.loss == given.losses[0].loss)
    #expect(NamedLoss.chosen("crossentropy") == nil && NamedLoss.chosen("robust") == nil)
  }

  /// A time constant is a leak once the frame time is known, and no shorter than a frame.
  @Test func timeConstants() throws {
    #expect(try candidates("--tau", "0.5", dt: 0.1).grid.alphas == [0.1 / 0.5])
    let short = try #require(throws: CommandLineError.self) {
      try candidates("--tau", "0.05", dt: 0.1)
    }
    #expect(short.exitCode == ExitCode.usage && short.description.contains("exceed 1"))
    let unknown = try #require(throws: CommandLineError.self) { try candidates("--tau", "0.5") }
    #expect(unknown.description.contains("needs the frame time"))
  }

  @Test func givenIsTaken() throws {
    let choice = try choice(candidates("--alpha", "0.3", "--lambda", "1e-2"))
    #expect(choice.alpha == 0.3 && choice.lambda == 1e-2)
    #expect(choice.leaks == [Double](repeating: 0.3, count: neurons))
    #expect(choice.selection == nil && !choice.isLeakChosen && choice.notes(leaks: []).isEmpty)
    #expect(choice.loss.name == "crossentropy" && choice.lossErrors.isEmpty)
  }

  @Test func chosenFromTheGrid() throws {
    let candidates = try candidates()
    let choice = try choice(candidates)
    #expect(candidates.grid.alphas.contains(choice.alpha) || choice.alpha > 0)
    #expect(choice.isLeakChosen && choice.selection?.alpha == choice.alpha)
    #expect(choice.selection?.lambda == choice.lambda)
    let note = try #require(choice.notes(leaks: choice.leaks).first)
    #expect(note.hasPrefix("chosen on held-out blocks: alpha ") && !note.contains("given"))
  }

  /// What was given is not called chosen.
  @Test func aGivenLeakOrRidgeIsNotChosen() throws {
    let ridge = try choice(candidates("--alpha", "0.3"))
    let leak = try choice(candidates("--lambda", "1e-2"))
    #expect(ridge.notes(leaks: ridge.leaks).first?.contains(" at the given alpha 0.3 (") == true)
    #expect(leak.notes(leaks: leak.leaks).first?.contains(" at the given lambda 0.01 (") == true)
  }

  /// Another loss is taken only where it is clearly better than the default.
  @Test(arguments: [
    ([0.927, 0.922, 0.95], 0), ([0.927, 0.9, 0.95], 1), ([0.9, 1, .infinity], 0),
  ])
  func theDefaultLossIsKept(errors: [Double], place: Int) {
    #expect(ModelSearch<Double>.loss(errors) == place)
  }

  @Test func noLossIsComparedWhereOneIsGiven() { #expect(ModelSearch<Double>.loss([]) == nil) }

  @Test func leaksInWords() {
    #expect(leakText([0.35, 0.35], common: 0.35) == "alpha 0.35")
    #expect(leakText([0.2, 0.1, 0.5], common: 0.35) == "alpha 0.1 to 0.5, median 0.2")
    #expect(leakText([], common: 0.25) == "alpha 0.25")
  }

  /// One error a candidate, and the loss with the least of them where it is clearly the least.
  @Test func chosenLoss() throws {
    let choice = try choice(candidates("--alpha", "0.3", "--lambda", "1e-2", "--loss", "auto"))
    #expect(choice.lossErrors.map(\.name) == NamedLoss.candidates.map(\.name))
    let place = try #require(ModelSearch<Double>.loss(choice.lossErrors.map(\.error)))
    #expect(choice.loss.name == choice.lossErrors[place].name)
    #expect(choice.alpha == 0.3 && choice.lambda == 1e-2)
    let note = try #require(choice.notes(leaks: choice.leaks).first)
    #expect(
      note.hasPrefix("loss chosen on held-out blocks: \(choice.loss.name) (absolute error / "))
  }

  @Test func leaksOfNeurons() throws {
    let choice = try choice(candidates("--alpha", "per-neuron", "--lambda", "1e-2"))
    #expect(choice.leaks.count == neurons && choice.leaks.allSatisfy { $0 > 0 && $0 <= 1 })
    let apart = choice.notes(leaks: [0.1, 0.4]).first
    #expect(
      apart?.hasSuffix("; then a leak of each neuron's: alpha 0.1 to 0.4, median 0.25") == true)
  }
}
