import Collectives
import Differentiation
import Foundation
import RandomNumbers
import Runtime
import SOFO
import Tasks
import Testing
import Training

extension TaskDescription {
  /// Signals of every kind that is made of drawn numbers, or of other signals.
  static var pulses: TaskDescription {
    var description = TaskDescription(steps: 12)
    description.values = [
      .init("a", .uniform(1...2)), .init("b", .choice([-1, 3])), .init("k", .kind(count: 2)),
    ]
    description.times = [.init("first", .init(1...3)), .init("go", .init(2...4, after: 0))]
    description.signals = [
      .init("pulse", width: 1, .pulse(at: .time(0), length: 2, height: .value(0))),
      .init("step", width: 1, .pulse(at: .time(1), length: nil, height: .value(1))),
      .init("noise", width: 2, .noise(.number(0.5))),
      .init("sine", width: 1, .sine(period: .number(8), phase: .value(0), height: .number(2))),
      .init("kind", width: 2, .oneHot(of: 2, at: .step(0), length: 3)),
      .init("late", width: 1, .delay(of: 0, by: .step(4))),
      .init("sum", width: 1, .sum([0, 1, 3])),
      .init("product", width: 1, .product([1, 3])),
      .init("integral", width: 1, .integral(of: 0, scale: .number(0.5))),
      .init("held", width: 1, .hold(of: 0)),
      .init("all", width: 1, .constant(.number(1))),
    ]
    description.inputs = [0, 1, 2, 3, 4, 10]
    description.targets = [5, 6, 7, 8, 9]
    description.windows = [
      .init(from: .time(1), to: nil, weight: 2), .init(from: .step(3), to: .step(5), weight: 1),
    ]
    description.network.hidden = 5
    description.network.cell = .current
    description.network.readout = .tanh
    return description
  }

  /// Which of three kinds was shown, asked for at the end.
  static var classes: TaskDescription {
    var description = TaskDescription(steps: 8)
    description.values = [.init("k", .kind(count: 3))]
    description.signals = [
      .init("shown", width: 3, .oneHot(of: 0, at: .step(1), length: 2)),
      .init("wanted", width: 3, .oneHot(of: 0, at: .step(0), length: nil)),
    ]
    description.inputs = [0]
    description.targets = [1]
    description.loss = .crossEntropy
    description.windows = [.init(from: .step(6), to: nil, weight: 1)]
    description.network.hidden = 6
    description.network.function = .relu
    return description
  }
}

/// Signals of a description, by what each is said to be.
@Suite struct DescribedTaskTests {
  @Test func signalsAreWhatTheyAreSaidToBe() {
    let task = DescribedTask(.pulses)
    for seed in 0..<20 {
      var numbers = TrialRandom(RandomStream(seed: UInt64(seed), stream: 1))
      let data = task.trial(&numbers, heldOut: false)
      let (x, y, weight) = (data[1], data[2], data[3])
      let steps = task.steps
      func input(_ c: Int) -> [Double] { (0..<steps).map { x[$0 * 8 + c] } }
      func target(_ c: Int) -> [Double] { (0..<steps).map { y[$0 * 5 + c] } }
      let (pulse, step, sine) = (input(0), input(1), input(4))
      // One pulse of two steps, at 1 to 3, of a height in 1 to 2.
      let on = (0..<steps).filter { pulse[$0] != 0 }
      #expect(on.count == 2 && on[1] == on[0] + 1 && (1...3).contains(on[0]))
      let height = pulse[on[0]]
      #expect((1...2).contains(height))
      let go = step.firstIndex { $0 != 0 } ?? -1
      #expect((2...4).contains(go - on[0]) && [-1, 3].contains(step[go]))
      #expect((go..<steps).allSatisfy { step[$0] == step[go] })
      for t in 0..<steps {
        #expect(abs(sine[t] - 2 * Foundation.sin(2 * Double.pi * (Double(t) / 8 + height))) < 1e-12)
        #expect(target(0)[t] == (t >= 4 ? pulse[t - 4] : 0))
        #expect(abs(target(1)[t] - (pulse[t] + step[t] + sine[t])) < 1e-12)
        #expect(abs(target(2)[t] - step[t] * sine[t]) < 1e-12)
        #expect(abs(target(3)[t] - 0.5 * pulse[...t].reduce(0, +)) < 1e-12)
        #expect(target(4)[t] == (t < on[0] ? 0 : height))
        #expect(weight[t] == (t >= go ? 2 : 0) + ((3..<5).contains(t) ? 1 : 0))
        // One kind of two, for three steps.
        #expect(input(5)[t] + input(6)[t] == (t < 3 ? 1 : 0))
        #expect(input(7)[t] == 1)
      }
      #expect(Set(input(2) + input(3)).count == 2 * steps)
    }
    // Steps before the first window, which starts at 3, never count.
    #expect(task.stepWeights.firstIndex { $0 > 0 } == 3)
  }

  /// A constant knows one of three kinds in three; a network that remembers knows all.
  @Test func aDescribedTaskIsLearned() throws {
    let task = DescribedTask(.classes)
    var settings = Trainer.Settings()
    settings.batch = 32
    settings.iterations = 30
    settings.subspace.tangents = 32
    settings.subspace.rule = .search
    settings.subspace.learningRate = 1
    settings.subspace.damping = 1e-3
    settings.seed = 2
    let result = try Trainer.run(
      task, settings, on: SingleRank(), precision: Float.self, phases: Phases()
    ) { _ in .goOn }
    func score(_ name: String) -> Double { result.scores.first { $0.name == name }?.value ?? .nan }
    // Two of eight steps count: the constant's loss is log 3 / 4 but for the trials' own shares.
    #expect(abs(score("loss_constant") - log(3) / 4) < 0.01)
    #expect(score("accuracy") > 0.95 && score("accuracy_chance") == 1.0 / 3)
    #expect(result.evaluation.accuracy?.count == result.evaluation.loss.count)
    #expect((result.evaluation.accuracy?.last ?? 0) > 0.95)
    #expect(result.pictures.map(\.name).contains("values"))
  }
}
