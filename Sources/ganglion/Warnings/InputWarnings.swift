internal import CORNN

extension InputCheck {
  /// What a user should know of the external inputs, in words; `names` are theirs.
  func warnings(names: [String], bias: Bool) -> [String] {
    func list(_ numbers: [Int]) -> String {
      numbers.prefix(10).map { names[$0] }.joined(separator: ", ")
        + (numbers.count > 10 ? ", … (\(numbers.count))" : "")
    }
    var warnings: [String] = []
    if !constant.isEmpty {
      warnings.append(
        "inputs that do not vary over the fitted frames: \(list(constant)): their weights"
          + (bias ? " cannot be told from b" : " act as a constant input"))
    }
    if !dependent.isEmpty {
      warnings.append(
        "inputs that are linear combinations of the other inputs: \(list(dependent)): only the"
          + " sum of their effects is determined, and the ridge divides it among them")
    }
    if !offset.isEmpty {
      warnings.append(
        "inputs that vary by less than a tenth of their size: \(list(offset)): the ridge shrinks"
          + " their weights; subtract their means")
    }
    return warnings
  }
}
