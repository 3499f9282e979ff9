package import LinearAlgebra

/// Which presynaptic neurons may not reach each of this rank's neurons.
///
/// Neurons with the same row share one set, and later one factor. Inputs and the bias are
/// never forbidden.
package struct StructuralMask: Sendable, Equatable {
  /// The distinct rows.
  let sets: [ForbiddenSet]
  /// The row of each of this rank's neurons, by its index in `sets`.
  let ofNeuron: [Int]

  /// One set a neuron of this rank.
  package init(forbidden rows: [ForbiddenSet]) {
    var places: [ForbiddenSet: Int] = [:]
    var sets: [ForbiddenSet] = []
    ofNeuron = rows.map { row in
      if let place = places[row] { return place }
      places[row] = sets.count
      sets.append(row)
      return sets.count - 1
    }
    self.sets = sets
  }

  /// This rank's rows of a mask (neuron, presyn): 0 forbids, a positive number allows.
  ///
  /// - Throws: `ConstraintError.maskValue` for a negative number or NaN; `first` is the
  ///   number of the first row among all neurons.
  package init(_ rows: borrowing Matrix<Float>, first: Int) throws(ConstraintError) {
    var sets: [ForbiddenSet] = []
    for i in 0..<rows.rows {
      var set = ForbiddenSet(neurons: rows.columns)
      for j in 0..<rows.columns {
        let value = rows[i, j]
        guard value >= 0 else {
          throw .maskValue(neuron: first + i, presyn: j, value: Double(value))
        }
        if value == 0 { set.insert(j) }
      }
      sets.append(set)
    }
    self.init(forbidden: sets)
  }

  /// The forbidden presynaptic neurons of one of this rank's neurons.
  package subscript(neuron: Int) -> ForbiddenSet { sets[ofNeuron[neuron]] }

  /// What both masks forbid together.
  package func union(_ other: StructuralMask) -> StructuralMask {
    StructuralMask(
      forbidden: ofNeuron.indices.map { i in
        var set = self[i]
        set.formUnion(other[i])
        return set
      })
  }

  /// How many weights of this rank's neurons are forbidden.
  package var forbiddenCount: Int {
    let counts = sets.map(\.count)
    return ofNeuron.reduce(0) { $0 + counts[$1] }
  }
}
