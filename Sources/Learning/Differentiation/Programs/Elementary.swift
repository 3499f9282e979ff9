internal import Glibc

/// eˣ.
func exponential(_ x: Double) -> Double { Glibc.exp(x) }

/// ln x.
func logarithm(_ x: Double) -> Double { Glibc.log(x) }
