package import CORNN
package import Machine

/// A fit that is planned: what is fitted, and how.
package struct PlannedFit: Equatable, Sendable {
  package var shape: FitShape
  package var choices: FitChoices

  package init(_ shape: FitShape, _ choices: FitChoices) {
    self.shape = shape
    self.choices = choices
  }

  /// The iterations that a neuron takes, on average.
  package var expectedIterations: Double {
    choices.expectedIterations(samples: shape.transitions)
  }

  /// What it takes on a machine, under constraints perhaps.
  package func prediction(
    of job: Job, on machine: MachineDescription, mask: MaskLoad? = nil
  ) -> FitPrediction {
    var fit = self
    fit.choices.kernel = machine.packedKernel ?? choices.kernel
    return FitPrediction(FitPlan(fit, in: job, mask: mask), on: machine)
  }
}
