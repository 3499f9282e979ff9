import CORNN
import LinearAlgebra
import Planning
import Testing

/// What the plan of a fit makes of its settings.
@Suite struct FitPlanTests {
  private func plan(
    _ change: (inout PlannedFit) -> Void = { _ in }, in job: Job = exampleJob(ranks: 2)
  ) -> FitPlan {
    var fit = exampleFit(.dual, neurons: 4000, frames: 2000, holdout: 0, inFeatures: true)
    change(&fit)
    return FitPlan(fit, in: job)
  }

  /// A strong ridge leaves fewer directions, and fewer features.
  @Test func theRidgeReachesThePlan() {
    let weak = plan { $0.choices.configuration.lambda = 1e-6 }
    let strong = plan { $0.choices.configuration.lambda = 1e-2 }
    #expect(strong[.solve].allFlops < 0.7 * weak[.solve].allFlops)
  }

  /// Sizes that leave nothing make a plan all the same: no number in it is none.
  @Test(arguments: [(2000, 0.0), (21, 0.99), (20, 0.0), (2000, 0.5)])
  func everyNumberIsOne(frames: Int, holdout: Double) {
    let plan = plan {
      $0.shape.frames = frames
      $0.shape.holdout = holdout
    }
    #expect(plan.phases.map(\.phase) == FitPhase.allCases.filter { $0 != .select })
    for work in plan.phases {
      for value in [work.flops, work.flopsFloat, work.samples, work.streamed, work.fileBytes] {
        #expect(value.isFinite && value >= 0, "\(work.phase)")
      }
    }
    #expect(plan.ownBytes.isFinite && plan.ownBytes > 0 && plan.addressBytes > 0)
  }

  /// The published rule stops at no tolerance, and is not iterated in features.
  @Test func thePublishedRuleReachesThePlan() {
    let plan = plan {
      $0.choices.isPublishedRule = true
      $0.choices.configuration.iterations = 70
    }
    #expect(plan.iterations == 70 && plan.kernel == nil)
    #expect(agree(plan[.solve].flops, 2000 * (4 + 70) * 2 * 1999 * 1999))
    #expect(plan.panelRows == 1000)
  }

  /// Without an exclusion there is a product less, and in float64 a vector of samples.
  @Test func selfConnectionsReachThePlan() {
    let without = plan { $0.choices.configuration.usesFeatures = false }
    let with = plan {
      $0.choices.configuration.usesFeatures = false
      $0.choices.configuration.selfConnections = true
    }
    #expect(agree(without[.solve].flops - with[.solve].flops, 2000 * 2 * 1999 * 1999))
    #expect(without.ownBytes > with.ownBytes)
  }

  @Test func iterationsGrowWithSamplesAndDigits() {
    func iterations(_ frames: Int, tolerance: Double = 1e-4, most: Int = 200) -> Double {
      plan {
        $0.shape.frames = frames
        $0.choices.configuration.tolerance = tolerance
        $0.choices.configuration.iterations = most
      }.iterations
    }
    #expect(iterations(201) == 14 && iterations(401) == 18 && iterations(20) == 10)
    #expect(iterations(401, tolerance: 1e-8) == 36 && iterations(401, most: 5) == 5)
    #expect(iterations(401, tolerance: 0.5) == 18 / 4.0)
  }

  /// More ranks have less to do and to hold each, down to one neuron, and no less beyond.
  @Test func ranksShareTheWork() {
    let plans = [1, 2, 16, 4000, 5000].map { plan(in: exampleJob(nodes: $0)) }
    for (fewer, more) in zip(plans, plans.dropFirst()) {
      #expect(more[.solve].allFlops <= fewer[.solve].allFlops)
      #expect(more.ownBytes <= fewer.ownBytes && more.nodeBytes <= fewer.nodeBytes)
    }
    #expect(plans[3][.solve].allFlops == plans[4][.solve].allFlops)
    // 0.28 of the samples are features, each of which counts for two.
    #expect(plans[4][.solve].samples == (1999 + 2 * 559) * (plans[4].iterations + 1))
  }

  /// The peak of a node is its ranks' and what they share; one rank maps both.
  @Test func nodesAndAddresses() {
    let (one, two) = (plan(in: exampleJob()), plan(in: exampleJob(ranks: 2)))
    #expect(agree(two.nodeBytes, 2 * two.ownBytes + two.sharedBytes))
    #expect(one.addressBytes < one.nodeBytes && one.addressBytes > 0.5 * one.nodeBytes)
    let threads = plan(in: exampleJob(threads: 4))
    #expect(threads.ownBytes > one.ownBytes)
  }

  /// Where the forms cost the same the plan takes the solver's side.
  @Test func theFormIsTheSolvers() {
    for frames in [300, 600, 1000] {
      var fit = exampleFit(.auto, neurons: 200, frames: frames, holdout: 0)
      fit.shape.inputs = 3
      let configuration = fit.choices.configuration
      let isDual = configuration.isDual(samples: frames - 1, regressors: 204)
      #expect(FitPlan(fit, in: exampleJob()).form == (isDual ? .dual : .primal))
    }
  }
}
