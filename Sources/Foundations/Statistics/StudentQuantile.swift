/// What 97.5 % of a Student's t with `freedom` degrees of freedom lie below: half the width, in
/// standard errors, of the 95 % interval of a mean of `freedom + 1` values.
///
/// The Cornish-Fisher expansion around the normal quantile to order `1/ν³`: 24 % below the exact
/// value at ν = 1, 3 % at ν = 2 and 0.3 % at ν = 4. `freedom` need not be whole; infinite below 1,
/// where values are too few to say anything.
/// Reference: Abramowitz and Stegun (1964), 26.7.5.
package func studentQuantile(freedom: Double) -> Double {
  guard freedom >= 1 else { return .infinity }
  let z = 1.959964
  let (z3, z5, z7) = (7.529121, 28.922809, 111.105782)  // powers of z
  let first: Double = (z3 + z) / 4
  let second: Double = (5 * z5 + 16 * z3 + 3 * z) / 96
  let third: Double = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384
  return z + (first + (second + third / freedom) / freedom) / freedom
}
