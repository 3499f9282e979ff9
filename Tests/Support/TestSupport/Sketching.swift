package import Differentiation
package import LinearAlgebra

/// Writes dense directions into a machine's blocks.
package func write<S: Scalar>(_ directions: [[Double]], into machine: inout TangentMachine<S>) {
  for (i, block) in machine.blocks.enumerated() {
    for (p, parameter) in machine.program.parameters.enumerated() {
      guard case .dense(let slot)? = machine.directions(ofBlock: i, ParameterID(index: p)) else {
        continue
      }
      var numbers = machine.arena.mutableElements(slot)
      for r in 0..<parameter.rows {
        for (l, tangent) in block.tangents.enumerated() {
          for j in 0..<parameter.columns {
            numbers[(j * parameter.rows + r) * slot.columns + l] =
              S(directions[tangent][parameter.range.lowerBound + r * parameter.columns + j])
          }
        }
      }
    }
  }
}

/// V'g and V'GV from a machine, by plain loops over its residual tangents.
package func sketch<S: Scalar>(
  _ machine: inout TangentMachine<S>, _ trials: Trials<S>, parameters: [Double]
) -> (loss: Double, gradient: [Double], matrix: [[Double]]) {
  let k = machine.tangents
  var loss = 0.0
  var g = [Double](repeating: 0, count: k)
  var m = [[Double]](repeating: g, count: k)
  machine.load(parameters: parameters)
  machine.start(trials)
  for first in stride(from: 0, to: trials.steps, by: machine.stepsTogether) {
    let steps = first..<min(first + machine.stepsTogether, trials.steps)
    for case (let i, let share?) in machine.run(steps, trials).enumerated() {
      loss += share
      let y = machine.arena.view(machine.residualTangents(ofStep: i))
      let e = machine.arena.elements(machine.residuals(ofStep: i))
      for a in 0..<k {
        for c in 0..<y.rows { g[a] += Double(y[c, a]) * Double(e[c]) }
        for b in 0..<k {
          for c in 0..<y.rows { m[a][b] += Double(y[c, a]) * Double(y[c, b]) }
        }
      }
    }
  }
  return (loss, g, m)
}

/// The free tensors of a program, all dense.
package func denseForms(_ program: Program) -> [ParameterID: TangentBlock.Form] {
  var forms: [ParameterID: TangentBlock.Form] = [:]
  for (i, parameter) in program.parameters.enumerated() where !parameter.isFixed {
    forms[ParameterID(index: i)] = .dense
  }
  return forms
}
