/// A task in words: what is drawn for a trial, the signals made of it, and what is wanted.
///
/// Names are resolved: rules refer to values, times and earlier signals by their places.
package struct TaskDescription: Sendable, Equatable {
  /// Steps of a trial.
  package var steps: Int
  package var values: [Named<ValueRule>] = []
  package var times: [Named<TimeRule>] = []
  /// In an order in which each needs earlier ones only.
  package var signals: [Signal] = []
  /// Places in `signals` of what the network sees, and of what it is to put out.
  package var inputs: [Int] = []
  package var targets: [Int] = []
  package var loss = LossKind.squaredError
  package var windows: [Window] = []
  package var network = NetworkDescription()

  package init(steps: Int) { self.steps = steps }

  /// Something with the name that the description gives it.
  package struct Named<Rule: Sendable & Equatable>: Sendable, Equatable {
    package let name: String
    package let rule: Rule

    package init(_ name: String, _ rule: Rule) {
      self.name = name
      self.rule = rule
    }
  }

  /// How a number of a trial is drawn.
  package enum ValueRule: Sendable, Equatable {
    case uniform(ClosedRange<Double>)
    case choice([Double])
    /// A whole number from 0 on, below the count.
    case kind(count: Int)
  }

  /// How a step of a trial is drawn, uniformly in a range; `after` adds it to an earlier time.
  package struct TimeRule: Sendable, Equatable {
    package let range: ClosedRange<Int>
    package let after: Int?

    package init(_ range: ClosedRange<Int>, after: Int? = nil) {
      self.range = range
      self.after = after
    }
  }

  /// A number, or one that is drawn.
  package enum Quantity: Sendable, Equatable { case number(Double), value(Int) }

  /// A step of the trial, or one that is drawn.
  package enum Moment: Sendable, Equatable { case step(Int), time(Int) }

  /// One or several channels over the steps of a trial.
  package struct Signal: Sendable, Equatable {
    package let name: String
    package let width: Int
    package let rule: SignalRule

    package init(_ name: String, width: Int, _ rule: SignalRule) {
      self.name = name
      self.width = width
      self.rule = rule
    }
  }

  /// What a signal x is at step t.
  package enum SignalRule: Sendable, Equatable {
    /// `height`.
    case constant(Quantity)
    /// `height` for at ≤ t < at + length, else 0; a length of nil lasts to the end.
    case pulse(at: Moment, length: Int?, height: Quantity)
    /// `deviation` times a standard normal number.
    case noise(Quantity)
    /// `height sin(2π (t / period + phase))`.
    case sine(period: Quantity, phase: Quantity, height: Quantity)
    /// 1 on the channel of a drawn kind, for at ≤ t < at + length, else 0.
    case oneHot(of: Int, at: Moment, length: Int?)
    /// Another signal `by` steps before; 0 before its start.
    case delay(of: Int, by: Moment)
    case sum([Int])
    case product([Int])
    /// `scale Σ_{s ≤ t} x_s`.
    case integral(of: Int, scale: Quantity)
    /// The last value of another signal that was not 0, channel by channel.
    case hold(of: Int)
  }

  /// What the loss is.
  package enum LossKind: String, CaseIterable, Sendable {
    case squaredError = "squared-error"
    case crossEntropy = "cross-entropy"
  }

  /// Steps that count: from ≤ t < to, `to` of nil being the end.
  package struct Window: Sendable, Equatable {
    package let from: Moment
    package let to: Moment?
    package let weight: Double

    package init(from: Moment, to: Moment?, weight: Double) {
      self.from = from
      self.to = to
      self.weight = weight
    }
  }

  /// Channels of all inputs, and of all targets.
  package var inputWidth: Int { inputs.reduce(0) { $0 + signals[$1].width } }
  package var targetWidth: Int { targets.reduce(0) { $0 + signals[$1].width } }

  /// The earliest and the latest step that a moment can be.
  package func bounds(_ moment: Moment) -> ClosedRange<Int> {
    switch moment {
    case .step(let step): return step...step
    case .time(let index):
      let rule = times[index].rule
      guard let after = rule.after else { return rule.range }
      let base = bounds(.time(after))
      return (base.lowerBound + rule.range.lowerBound)...(base.upperBound + rule.range.upperBound)
    }
  }

  /// Whether a step can count in some trial.
  package func canCount(_ step: Int) -> Bool {
    windows.contains { window in
      window.weight > 0 && bounds(window.from).lowerBound <= step
        && step < (window.to.map { bounds($0).upperBound } ?? steps)
    }
  }
}

/// The network of a described task.
package struct NetworkDescription: Sendable, Equatable {
  /// What leaks: rates, or the currents that rates are made of.
  package enum Cell: String, CaseIterable, Sendable { case rate, current }
  /// The function of a unit.
  package enum Function: String, CaseIterable, Sendable { case tanh, relu }
  /// What the network puts out of its rates.
  package enum Readout: String, CaseIterable, Sendable { case linear, tanh }

  /// The cell, the function of its units, and their number.
  package var cell = Cell.rate
  package var function = Function.tanh
  package var hidden = 64
  /// a, in (0, 1].
  package var leak = 0.2
  /// Deviation of W times √n at the start.
  package var gain = 1.0
  package var readout = Readout.linear

  package init() {}
}
