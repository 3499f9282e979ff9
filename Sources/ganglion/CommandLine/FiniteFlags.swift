/// Refuses flags that are infinite or no numbers, which text such as "inf" is read as.
///
/// - Throws: `CommandLineError` (64) about the first one.
func requireFinite(_ flags: KeyValuePairs<String, Double?>) throws {
  for (flag, value) in flags {
    guard let value else { continue }
    try require(value.isFinite, "\(flag) is \(value), expected a finite number")
  }
}
