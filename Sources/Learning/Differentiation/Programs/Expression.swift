/// A batch×width value under construction: a sum of terms, evaluated when first needed.
///
/// Sums, scalings and matrix products merge into one linear operation, so
/// `z + (r * J + u * B - z) * (dt / tau)` is a single pass over its result.
package final class Expression {
  let recorder: Recorder
  /// Numbers a trial: the columns of the value.
  package let width: Int
  var terms: [Term]
  private var register: Register?

  init(_ recorder: Recorder, width: Int, terms: [Term]) {
    self.recorder = recorder
    self.width = width
    self.terms = terms
  }

  init(_ recorder: Recorder, _ register: Register) {
    self.recorder = recorder
    width = recorder.widths[register.index]
    terms = [.columns(of: register, from: 0, width: width, at: 0, scale: 1)]
    self.register = register
  }

  /// The register that holds the value; computes it once.
  var evaluated: Register {
    if let register { return register }
    let result = recorder.append(width: width, inputs: terms.registers) { .linear($0, self.terms) }
    register = result
    terms = [.columns(of: result, from: 0, width: width, at: 0, scale: 1)]
    return result
  }

  /// The columns of a range.
  package subscript(columns: Range<Int>) -> Expression {
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= width, "\(columns) of \(width) columns")
    return Expression(
      recorder, width: columns.count,
      terms: [
        .columns(
          of: evaluated, from: columns.lowerBound, width: columns.count, at: 0, scale: 1)
      ])
  }

  /// One column.
  package subscript(column: Int) -> Expression { self[column..<(column + 1)] }

  // MARK: - Linear operations

  /// The sum, element by element.
  package static func + (a: Expression, b: Expression) -> Expression {
    precondition(a.width == b.width, "widths \(a.width) and \(b.width)")
    return Expression(a.recorder, width: a.width, terms: a.terms + b.terms)
  }

  /// The difference, element by element.
  package static func - (a: Expression, b: Expression) -> Expression { a + b * -1 }

  package static prefix func - (a: Expression) -> Expression { a * -1 }

  /// The value times a number.
  package static func * (a: Expression, factor: Double) -> Expression {
    Expression(a.recorder, width: a.width, terms: a.terms.map { $0.scaled(by: factor) })
  }

  /// The value times a number.
  package static func * (factor: Double, a: Expression) -> Expression { a * factor }

  /// The matrix product with a parameter.
  package static func * (a: Expression, p: ParameterHandle) -> Expression {
    let shape = a.recorder.parameters[p.id.index]
    precondition(
      shape.rows == a.width, "\(shape.name) is \(shape.rows)×\(shape.columns), x is \(a.width)")
    return Expression(
      a.recorder, width: shape.columns, terms: [.product(a.evaluated, p.id, scale: 1)])
  }

  /// Adds a 1×width parameter to every row.
  package static func + (a: Expression, p: ParameterHandle) -> Expression { a + p.row }

  // MARK: - Elementwise operations

  /// The product, element by element.
  package static func * (a: Expression, b: Expression) -> Expression {
    precondition(a.width == b.width, "widths \(a.width) and \(b.width)")
    let x = a.evaluated
    let y = b.evaluated
    let recorder = a.recorder
    return Expression(
      recorder, recorder.append(width: a.width, inputs: [x, y]) { .product($0, x, y) })
  }

  /// The quotient, element by element.
  package static func / (a: Expression, b: Expression) -> Expression {
    a * apply(.reciprocal, to: b)
  }
}

/// A parameter while a program is recorded.
package struct ParameterHandle {
  let recorder: Recorder
  /// The parameter's place in its program.
  package let id: ParameterID

  /// The parameter, which has one row, as a value that is equal in every trial.
  package var row: Expression {
    let shape = recorder.parameters[id.index]
    precondition(shape.rows == 1, "\(shape.name) is \(shape.rows)×\(shape.columns), not one row")
    return Expression(recorder, width: shape.columns, terms: [.bias(id, scale: 1)])
  }
}

/// `f(x)`, elementwise.
package func apply(_ function: Function, to x: Expression) -> Expression {
  let input = x.evaluated
  let recorder = x.recorder
  return Expression(
    recorder,
    recorder.append(width: x.width, inputs: [input]) { .map($0, function, of: input) })
}

/// The functions of a network's units, element by element.
package func tanh(_ x: Expression) -> Expression { apply(.tanh, to: x) }
package func relu(_ x: Expression) -> Expression { apply(.relu, to: x) }
package func sin(_ x: Expression) -> Expression { apply(.sine, to: x) }
package func cos(_ x: Expression) -> Expression { apply(.cosine, to: x) }

/// The columns of the parts, one after the other.
package func concatenate(_ parts: [Expression]) -> Expression {
  precondition(!parts.isEmpty, "nothing to concatenate")
  var terms: [Term] = []
  var width = 0
  for part in parts {
    terms.append(
      .columns(of: part.evaluated, from: 0, width: part.width, at: width, scale: 1))
    width += part.width
  }
  // Evaluated at once: a product or a bias may not share a sum with partial columns.
  let result = Expression(parts[0].recorder, width: width, terms: terms)
  _ = result.evaluated
  return result
}

extension Term {
  func scaled(by factor: Double) -> Term {
    switch self {
    case .columns(let x, let from, let width, let at, let scale):
      .columns(of: x, from: from, width: width, at: at, scale: scale * factor)
    case .product(let x, let p, let scale): .product(x, p, scale: scale * factor)
    case .bias(let p, let scale): .bias(p, scale: scale * factor)
    }
  }
}

extension [Term] {
  var registers: [Register] {
    compactMap {
      switch $0 {
      case .columns(let x, _, _, _, _), .product(let x, _, _): x
      case .bias: nil
      }
    }
  }
}
