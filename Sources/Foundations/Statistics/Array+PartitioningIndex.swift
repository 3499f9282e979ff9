extension Array {
  /// The first index from which on a condition that holds for the end of the array is true.
  ///
  /// - Complexity: O(log n).
  package func partitioningIndex(where isAtEnd: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAtEnd(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
