/// The rectangle of a drawing in which a chart's data lie; y grows downwards, as in SVG.
package struct PlotArea: Sendable {
  package let x: Scale
  package let y: Scale
  /// The sides, in units of the drawing.
  package let left: Double
  package let top: Double
  package let right: Double
  package let bottom: Double

  package init(x: Scale, y: Scale, left: Double, top: Double, right: Double, bottom: Double) {
    (self.x, self.y) = (x, y)
    (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
  }

  /// Where a value of x lies; nil if it has no place.
  package func x(_ value: Double) -> Double? { x.place(value).map { left + $0 * (right - left) } }

  /// Where a value of y lies; nil if it has no place.
  package func y(_ value: Double) -> Double? { y.place(value).map { bottom - $0 * (bottom - top) } }

  /// Where a point lies; nil if it has no place.
  func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double)? {
    guard let x = x(point.x), let y = y(point.y) else { return nil }
    return (x, y)
  }
}
