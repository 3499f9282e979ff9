import CORNN
import LinearAlgebra
import Machine
import Testing

@testable import Planning

/// Seconds on a machine of round numbers, by hand.
@Suite struct FitPredictionTests {
  private let fit = exampleFit(.primal, neurons: 30, frames: 100)

  @Test func secondsOfPhases() {
    let prediction = fit.prediction(of: exampleJob(), on: exampleMachine)
    let plan = prediction.plan
    // Tiles at 16 GFLOP/s, inverses at 10, nothing sent by one rank.
    #expect(agree(prediction.seconds(plan[.gram]), 31 * 31 * 79 / 1.6e10))
    #expect(agree(prediction.seconds(plan[.factor]), 31 * 31 * 31 / 1e10))
    #expect(
      agree(prediction.seconds(plan[.read]), 500 * 3000 / 1e10 + 12_000 / 5e8))
    #expect(agree(prediction.seconds(plan[.write]), 7200 / 5e8))
    // Panels of 18 rows on average: 1 / rate is linear in 1 / rows.
    let slope = (1 / 1.5e10 - 1 / 2e10) / (1 / 256.0 - 1 / 1024.0)
    let aFlop = 1 / 2e10 + slope * (1 / 18.0 - 1 / 1024.0)
    let solve = plan[.solve]
    #expect(
      agree(
        prediction.seconds(solve), solve.flops * aFlop + solve.samples * 220 * 8 / 2e10))
    #expect(plan.phases.allSatisfy { prediction.communication($0) == 0 })
    #expect(
      agree(prediction.total, plan.phases.reduce(0) { $0 + prediction.seconds($1) }))
  }

  /// Rounded products at the rate of packed ones, split ones at a third of it; the machine's
  /// kernel.
  @Test func secondsOfPackedProducts() {
    let fit = exampleFit(.dual, neurons: 300, frames: 100, inFeatures: true, kernel: .avx2)
    let fast = machine {
      $0.packedRate = 1e11
      $0.packedKernel = .amx
    }
    let prediction = fit.prediction(of: exampleJob(), on: fast)
    var work = prediction.plan[.solve]
    #expect(prediction.plan.kernel == .amx)
    let all = prediction.seconds(work)
    (work.flopsPacked, work.flopsSplit) = (work.flopsPacked - 1e9, work.flopsSplit - 1e8)
    #expect(abs(all - prediction.seconds(work) - 1.3e-2) < 1e-9)
    #expect(fit.prediction(of: exampleJob(), on: exampleMachine).plan.kernel == .avx2)
  }

  /// Through memory on one node, over the network between two.
  @Test func secondsOfMessages() {
    let gram = 31.0 * 31 * 8
    let near = fit.prediction(of: exampleJob(ranks: 2), on: exampleMachine)
    #expect(agree(near.communication(near.plan[.gram]), gram / 2.5e9))
    let far = fit.prediction(of: exampleJob(nodes: 2), on: exampleMachine)
    // Each of the two sends its half and has the other's back: the matrix once.
    #expect(agree(far.communication(far.plan[.gram]), gram / 1.1e9 + 3e-5))
    #expect(agree(far.sent(far.plan[.gram]), 2 * gram))
  }

  @Test func sharesOfMessages() {
    let messages = PhaseMessages(
      summedOverNodes: 1, summed: 2, gathered: 4, dealt: 8, passed: 16)
    #expect(messages.total == 31 && messages.sent(amongNodes: 1) == 0)
    // Sums go round twice but for the own part, what is gathered once, a quarter stays.
    let (sums, gathered, others) = (18.0, 12.0, 18.0)
    #expect(messages.sent(amongNodes: 4) == sums + gathered + others)
  }

  /// A faster machine takes less time in every phase.
  @Test func fasterIsFaster() {
    let large = exampleFit(.dual, neurons: 2000, frames: 900, inFeatures: true)
    let slow = large.prediction(of: exampleJob(nodes: 2), on: exampleMachine)
    let fast = large.prediction(
      of: exampleJob(nodes: 2),
      on: machine {
        $0.productRateDouble *= 2
        $0.productRateFloat *= 2
        $0.memoryBandwidth *= 2
        $0.messagesBetweenHosts = MessageRate(latency: 1e-6, bandwidth: 1e10)
        $0.files = FileRate(write: 1e9, read: 1e9)
      })
    for work in slow.plan.phases { #expect(fast.seconds(work) < slow.seconds(work)) }
    var double = large
    double.choices.configuration.usesFeatures = false
    // Features need twice the products: it is the rate of packed ones that repays them.
    let units = machine { $0.packedRate = 5e11 }
    let wide = double.prediction(of: exampleJob(nodes: 2), on: units)
    let packed = large.prediction(of: exampleJob(nodes: 2), on: units)
    #expect(packed.seconds(packed.plan[.solve]) < wide.seconds(wide.plan[.solve]))
  }

  @Test func text() {
    let near = fit.prediction(of: exampleJob(), on: exampleMachine).text
    #expect(near.hasPrefix("PREDICTION, not a measurement: 1 node × 1 rank × 1 thread\n"))
    #expect(near.contains("form primal: 79 fitted transitions, 31 regressors, 19 held-out"))
    #expect(near.split(separator: "\n").count == 12 && !near.contains("between nodes"))
    let features = exampleFit(.dual, neurons: 300, frames: 100, inFeatures: true)
      .prediction(of: exampleJob(), on: exampleMachine).text
    #expect(features.contains("\nform dual, whitened features, AMX bf16: 79 fitted"))
    let far = fit.prediction(of: exampleJob(nodes: 2), on: exampleMachine).text
    #expect(far.contains("\npredicted between nodes: ") && far.contains("\nassumed: 10 Gbit/s"))
  }
}

/// The jobs that are worth asking for.
@Suite struct JobAdviceTests {
  private let fit = exampleFit(.primal, neurons: 400, frames: 4000)

  @Test func smallestAndLargest() throws {
    let advice = JobAdvice(fit, like: exampleJob(nodes: 7), on: exampleMachine, memory: 1)
    let (smallest, largest) = (try #require(advice.smallest), try #require(advice.largest))
    #expect(smallest.nodes == 1 && largest.nodes > 1 && largest.seconds < smallest.seconds)
    func seconds(_ nodes: Int) -> Double {
      fit.prediction(of: exampleJob(nodes: nodes), on: exampleMachine).total
    }
    #expect(seconds(1) == smallest.seconds && seconds(largest.nodes) == largest.seconds)
    let efficiency = { (n: Int) in seconds(1) / (Double(n) * seconds(n)) }
    #expect(efficiency(largest.nodes) >= 0.7 && efficiency(2 * largest.nodes) < 0.7)
    #expect(advice.text.contains("smallest job that fits 1 GB a node: 1 node,"))
    #expect(advice.text.contains("above 70 % up to \(largest.nodes) nodes"))
  }

  /// Memory that one node does not have asks for more of them; less than is shared, for none.
  @Test func memory() throws {
    let one = FitPlan(fit, in: exampleJob()).nodeBytes / 1e9
    let more = JobAdvice(fit, like: exampleJob(), on: exampleMachine, memory: 0.999 * one)
    #expect(try #require(more.smallest).nodes > 1)
    let none = JobAdvice(fit, like: exampleJob(), on: exampleMachine, memory: 0.01)
    #expect(none.smallest == nil && none.largest == nil)
    #expect(none.text.hasPrefix("fits no number of nodes of 0.01 GB"))
  }

  /// No more ranks than neurons.
  @Test func neuronsBoundTheNodes() throws {
    let few = exampleFit(.primal, neurons: 3, frames: 4000)
    let advice = JobAdvice(few, like: exampleJob(ranks: 2), on: exampleMachine, memory: 1)
    #expect(try #require(advice.largest).nodes == 1)
  }
}
