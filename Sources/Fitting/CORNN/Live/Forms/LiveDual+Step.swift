internal import Collectives
internal import Kernels
internal import LinearAlgebra

// A step is bound by memory: all that it does to a neuron's rows is done while they are in cache.
extension LiveDual {
  func step(
    _ transition: LiveTransition, group: borrowing some RankGroup & ~Copyable
  ) throws -> LiveExpectation {
    let x = transition.regressors
    let whole = try features(of: x, group: group)
    latest = nil
    let departure = remove(slot: window.slot)
    var products = whole
    products[window.slot] = 0
    let arrival = include(x, products: products)
    let rows = coefficients.rows
    var expected = Expected(rows: rows)
    var own = [Double](repeating: 0, count: rows)
    for first in stride(from: 0, to: rows, by: Self.rowsInCache) {
      let block = first..<min(first + Self.rowsInCache, rows)
      let currents = block.map { leave($0, departure, arrival) }
      let (scores, headroom) = problem.loss.scores(
        targets: Array(transition.targets[block]), currents: currents)
      for (place, i) in block.enumerated() {
        own[i] = come(i, arrival, current: currents[place], score: scores[place])
      }
      expected.currents += currents
      expected.headroom += headroom
      guard problem.hasRival else { continue }
      for i in block {
        expected.increments.append(rival.coefficients.dot(row: i, whole))
        let increment = exchange(
          i, departure, arrival, increment: transition.increments[i])
        expected.kept.append(increment)
      }
    }
    implied = problem.selfConnections ? nil : own
    window.replace(by: transition, headroom: expected.headroom, increments: expected.kept)
    window.advance()
    return LiveExpectation(currents: expected.currents, increments: expected.increments)
  }

  /// Rows of a block: five of each neuron, 40 kB where T is 1,000.
  private static let rowsInCache = 8

  /// What a step finds of this rank's neurons.
  private struct Expected {
    var currents: [Double] = []
    var headroom: [Double] = []
    /// By the rival, before anything leaves.
    var increments: [Double] = []
    /// What is kept as the rival's targets.
    var kept: [Double] = []

    init(rows: Int) {
      currents.reserveCapacity(rows)
      headroom.reserveCapacity(rows)
    }
  }

  /// The slot's column of M before its transition left.
  private struct Departure {
    let slot: Int
    let column: [Double]
    var pivot: Double { column[slot] }
  }

  /// x of the transition that comes, and how M changes by it: by `update updateᵀ / pivot`.
  private struct Arrival {
    let regressors: [Double]
    /// `X x`, 0 for x itself.
    let products: [Double]
    /// `M X x`, −1 for x itself.
    let update: [Double]
    let pivot: Double
    /// The slot's column of the new M.
    let column: [Double]
  }

  /// Takes a slot out of G, of M and of X.
  private func remove(slot s: Int) -> Departure {
    let departure = Departure(slot: s, column: inverse.numbers(ofRow: s))
    for t in 0..<inverse.rows where t != s {
      inverse.add(-departure.column[t] / departure.pivot, departure.column, toRow: t)
      inverse[t, s] = 0
      gram[t, s] = 0
    }
    inverse.clear(row: s)
    gram.clear(row: s)
    for j in 0..<window.regressors.rows { window.regressors[j, s] = 0 }
    return departure
  }

  /// Puts x into the free slot of G and of M, with `X x` of the others.
  private func include(_ x: [Double], products: [Double]) -> Arrival {
    let s = window.slot
    let square = dot(x.span, x.span)
    var update = inverse.times(products)
    let image = gram.times(update)
    let correction = inverse.times(
      update.indices.map { products[$0] - image[$0] - problem.ridge * update[$0] })
    for t in update.indices { update[t] += correction[t] }
    let pivot = square + problem.ridge - dot(products.span, update.span)
    update[s] = -1
    for t in 0..<inverse.rows {
      inverse.add(update[t] / pivot, update, toRow: t)
      gram[t, s] = products[t]
    }
    gram.setRow(s, products)
    gram[s, s] = square
    return Arrival(
      regressors: x, products: products, update: update, pivot: pivot,
      column: inverse.numbers(ofRow: s))
  }

  /// Takes the slot out of all that follows from M for neuron i.
  ///
  /// - Returns: `s = θᵀ x` without what left.
  private func leave(_ i: Int, _ departure: Departure, _ arrival: Arrival) -> Double {
    let (s, column) = (departure.slot, departure.column)
    let image = problem.selfConnections ? 0 : images[i, s]
    let fold = problem.selfConnections ? 0 : image / (1 - quotients[i])
    let share = coefficients[i, s] / (departure.pivot + fold * image)
    coefficients.add(-share, column, toRow: i)
    response.add(problem.ridge * share, column, toRow: i)
    if !problem.selfConnections {
      coefficients.add(-share * fold, images, i, toRow: i)
      response.add(problem.ridge * share * fold, images, i, toRow: i)
      quotients[i] -= image * image / departure.pivot
      images.add(-image / departure.pivot, column, toRow: i)
      images[i, s] = 0
    }
    coefficients[i, s] = 0
    response[i, s] = 0
    let current = coefficients.dot(row: i, arrival.products)
    guard !problem.selfConnections else { return current }
    let own = problem.local.lowerBound + i
    return current - arrival.regressors[own] * coefficients.dot(i, window.regressors, own)
  }

  /// Puts the transition into the slot of neuron i.
  ///
  /// - Returns: the own weight that b implies now.
  private func come(_ i: Int, _ arrival: Arrival, current: Double, score: Double) -> Double {
    let (s, own) = (window.slot, problem.local.lowerBound + i)
    if !problem.selfConnections {
      // `M X x` against its own regressor, in whose row x is not yet.
      let image =
        window.regressors.dot(row: own, arrival.update) - arrival.regressors[own]
      images.add(image / arrival.pivot, arrival.update, toRow: i)
      quotients[i] += image * image / arrival.pivot
    }
    coefficients.add(score, arrival.column, toRow: i)
    response[i, s] = current + score
    response.add(-problem.ridge * score, arrival.column, toRow: i)
    guard !problem.selfConnections else { return 0 }
    let fold = images[i, s] / (1 - quotients[i])
    coefficients.add(score * fold, images, i, toRow: i)
    response.add(-problem.ridge * score * fold, images, i, toRow: i)
    return coefficients.dot(i, window.regressors, own)
      + coefficients[i, s] * arrival.regressors[own]
  }

  /// Moves the rival of neuron i by what left and what came.
  ///
  /// - Returns: its target, what is expected where it is missing.
  private func exchange(
    _ i: Int, _ departure: Departure, _ arrival: Arrival, increment: Double
  ) -> Double {
    let s = departure.slot
    rival.coefficients.add(
      -rival.coefficients[i, s] / departure.pivot, departure.column, toRow: i)
    rival.coefficients[i, s] = 0
    let expected = rival.coefficients.dot(row: i, arrival.products)
    let target = increment.isNaN ? expected : increment
    rival.coefficients.add(target - expected, arrival.column, toRow: i)
    return target
  }
}
