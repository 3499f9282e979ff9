import Statistics
import Testing

/// Against the tables of Student's distribution.
@Suite struct StudentQuantileTests {
  @Test(arguments: [
    (2.0, 4.3027, 0.031), (4, 2.7764, 0.003), (9, 2.2622, 2e-4), (19, 2.0930, 1e-4),
  ])
  func tables(freedom: Double, exact: Double, error: Double) {
    #expect(abs(studentQuantile(freedom: freedom) / exact - 1) < error)
  }

  @Test func limits() {
    #expect(studentQuantile(freedom: 0.9) == .infinity)
    #expect(abs(studentQuantile(freedom: 1e9) - 1.959964) < 1e-6)
  }
}
