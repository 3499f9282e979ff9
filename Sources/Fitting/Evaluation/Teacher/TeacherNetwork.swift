package import Collectives
private import Glibc
package import LinearAlgebra
package import Networks

/// The network that made a recording, as one that can be run on from recorded rates.
///
/// Where currents leak, `x = atanh r` is what a recorded rate stands for:
/// ```
/// r[t+1] = tanh((1 − α) atanh r[t] + α (W r[t] + W_in u[t]))
/// ```
/// Its fixed points, and the eigenvalues of the Jacobian there, are those of the network of the
/// same weights whose rates leak: the two Jacobians are similar matrices.
package struct TeacherNetwork<S: Scalar & Transferable>: ~Copyable, FreeRunning {
  package let network: RateNetwork<S>
  package let leaksCurrents: Bool

  /// A network from its rows on this rank.
  package init(_ network: consuming RateNetwork<S>, leaksCurrents: Bool) {
    self.network = network
    self.leaksCurrents = leaksCurrents
  }

  package var local: Range<Int> { network.local }

  package func next(
    after own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    guard leaksCurrents else {
      return try network.next(after: own, inputs: inputs, group: group)
    }
    let regressors = try group.regressors(own, inputs, neurons: network.neurons)
    var result = network.currents(at: regressors)
    for i in 0..<local.count {
      let alpha = network.alpha[i]
      for k in 0..<result.columns {
        let current = atanh(min(max(Double(own[i, k]), -Self.limit), Self.limit))
        result[i, k] = S(tanh((1 - alpha) * current + alpha * Double(result[i, k])))
      }
    }
    return result
  }

  /// Noise in the rates may take them to 1 and beyond, which no current does.
  private static var limit: Double { 1 - 1e-7 }
}
