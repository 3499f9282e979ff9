/// The largest |a − b| over the largest |b|; infinite if a number is not finite.
package func relativeError<T: BinaryFloatingPoint>(_ a: [T], _ b: [T]) -> T {
  precondition(a.count == b.count, "\(a.count) values against \(b.count)")
  var difference: T = 0
  var scale: T = 0
  for (x, y) in zip(a, b) {
    guard x.isFinite, y.isFinite else { return .infinity }
    difference = max(difference, abs(x - y))
    scale = max(scale, abs(y))
  }
  return scale > 0 ? difference / scale : difference
}
