internal import Statistics
internal import Wording

/// The leak of a network in words: "alpha 0.35", or where neurons have leaks of their own
/// "alpha 0.1 to 0.5, median 0.35".
///
/// `leaks` are those of all neurons, `common` the leak where these are none.
func leakText(_ leaks: [Double], common: Double) -> String {
  let known = leaks.filter(\.isFinite)
  guard let least = known.min(), let most = known.max(), least < most else {
    return "alpha \(plain(common))"
  }
  return "alpha \(plain(least)) to \(plain(most)), median \(plain(median(known)))"
}
