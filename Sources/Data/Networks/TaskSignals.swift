package import LinearAlgebra

/// What a generated network with a task is given, and what it should do.
package struct TaskSignals: ~Copyable {
  /// Inputs × frames.
  package let inputs: Matrix<Float>
  /// The wanted sign of each output, frames × outputs.
  package let targets: Matrix<Float>
  /// The weights of the outputs, outputs × neurons.
  package let readout: Matrix<Float>
}
