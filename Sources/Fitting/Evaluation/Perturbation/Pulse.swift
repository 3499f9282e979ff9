/// What is added to one neuron at the start of a run.
package struct Pulse: Equatable, Sendable {
  /// Where it is added.
  package enum Site: Equatable, Sendable {
    /// To the rate of the neuron in the first frame: the others feel it from the next one on.
    case rate
    /// To the current of the neuron, `W r + …`, in as many first frames: its own rate feels it
    /// from the next frame on, the others from the one after that.
    case current(frames: Int)
  }

  /// Where it is added.
  package let site: Site
  /// How much, in units of the scaled rate or of its current.
  package let amplitude: Double

  package init(_ amplitude: Double, site: Site) {
    self.amplitude = amplitude
    self.site = site
  }
}
