extension Scalar {
  package static func dot(_ a: Span<Self>, _ b: Span<Self>) -> Double {
    var s = 0.0
    for i in 0..<a.count { s += Double(a[i]) * Double(b[i]) }
    return s
  }
  package static func scaledSum(_ x: Self, _ a: Span<Self>, _ y: Self, _ b: Span<Self>, into c: inout MutableSpan<Self>) {
    for i in 0..<a.count { c[i] = x * a[i] + y * b[i] }
  }
  package static func addScaled(_ x: Self, _ a: Span<Self>, to c: inout MutableSpan<Self>) {
    for i in 0..<a.count { c[i] += x * a[i] }
  }
  package static func scaleAdd(_ beta: Self, _ c: inout MutableSpan<Self>, _ a: Span<Self>) {
    for i in 0..<a.count { c[i] = a[i] + beta * c[i] }
  }
}
import Glibc
extension Scalar { package static func tanh(_ c: inout MutableSpan<Self>) {
    for i in 0..<c.count { c[i] = Self(Glibc.tanh(Double(c[i]))) }
  }
}
