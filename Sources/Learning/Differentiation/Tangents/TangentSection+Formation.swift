extension TangentSection {
  /// How a register's tangent is read: rows of one that is formed, scaled and multiplied.
  struct View {
    var root: Register
    var from = 0
    var scale = 1.0
    var parts: [Factor.Part] = []
  }

  /// A tangent to be formed, before places are known.
  struct Formation {
    var out: Register
    var products: [(View, Int, ParameterID)] = []
    var directions: [(x: Register?, parameter: ParameterID, scale: Double)] = []
    var rows: [(view: View, rows: Int, at: Int)] = []
    var isConcatenation = false
    var factor: Factor?
    var mask: Factor?

    var roots: [Register] { products.map(\.0.root) + rows.map(\.view.root) }

    /// Multiplies the whole result.
    mutating func multiply(by part: Factor.Part, width: Int) {
      factor = Factor(parts: (factor?.parts ?? []) + [part], width: width)
      for i in rows.indices {
        var own = part
        own.from += rows[i].at
        rows[i].view.parts.append(own)
      }
    }

    /// Adds rows; those that are there already only change their scale.
    mutating func add(_ view: View, rows: Int, at: Int) {
      let known = self.rows.firstIndex {
        $0.view.root == view.root && $0.view.from == view.from && $0.view.parts == view.parts
          && $0.rows == rows && $0.at == at
      }
      if let known {
        self.rows[known].view.scale += view.scale
      } else {
        self.rows.append((view, rows, at))
      }
    }
  }
}
