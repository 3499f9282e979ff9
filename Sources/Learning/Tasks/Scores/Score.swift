/// One number that says how well a task is done.
package struct Score: Sendable, Equatable {
  package let name: String
  package let value: Double
  package let meaning: String

  package init(_ name: String, _ value: Double, _ meaning: String) {
    self.name = name
    self.value = value
    self.meaning = meaning
  }
}
