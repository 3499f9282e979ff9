/// Wall time and work of the named phases of a run, on this rank.
///
/// A phase may be entered several times; its times add up. Phases keep the order in
/// which they were first entered.
package final class Phases {
  /// One phase on this rank.
  package struct Phase: Sendable {
    package let name: String
    package var seconds = 0.0
    /// Floating-point operations done in it, 0 if they were not counted.
    package var flops = 0.0
  }

  /// The phases in the order in which they were first entered.
  package private(set) var all: [Phase] = []

  package init() {}

  /// Runs `body` and adds its wall time to the phase.
  package func measure<R: ~Copyable>(_ name: String, _ body: () throws -> R) rethrows -> R {
    let start = ContinuousClock.now
    defer {
      let elapsed = ContinuousClock.now - start
      add(name, seconds: elapsed / .seconds(1))
    }
    return try body()
  }

  /// Adds time and work to a phase.
  package func add(_ name: String, seconds: Double = 0, flops: Double = 0) {
    let index = all.firstIndex { $0.name == name } ?? all.count
    if index == all.count { all.append(Phase(name: name)) }
    all[index].seconds += seconds
    all[index].flops += flops
  }
}
