internal import ArgumentParser

/// `ganglion generate`: synthetic recordings whose network is known.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Writes synthetic recordings with known truth.",
    discussion: """
      Each kind is a network r[t+1] = (1 - alpha) r[t] + alpha tanh(W r[t] + W_in u[t] + e_in) \
      + alpha e_out. Written are /rates (time, neuron), /inputs (time, input), /trial_start, \
      /truth/W (neuron, presyn), or of low-rank its factors, and /truth/W_in; of a network with \
      a task also /truth/outputs (time, output) and its readout /truth/W_out. The same seed \
      gives the same file on any number of ranks.

      Examples:
        ganglion generate chaotic --neurons 500 --frames 6250 -o chaotic.h5
      """,
    subcommands: [
      GenerateChaotic.self, GenerateFlipFlop.self, GenerateTimedResponse.self,
      GenerateLowRank.self, GenerateThreeRegions.self,
    ])
}

/// Throws a usage error unless a flag's value makes sense.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
  if !condition { throw ValidationError(message()) }
}
