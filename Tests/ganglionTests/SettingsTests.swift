import Testing

@testable import ganglion

/// Settings as a result records them.
@Suite struct SettingsTests {
  /// What runs share has its own name; what they do not share, theirs.
  @Test func settingsOfSeveralRuns() throws {
    let adam = Settings(["task": "lorenz", "batch": 128, "clip": 0.5, "schedule": "cosine"])
    let sofo = Settings(["task": "lorenz", "batch": 256, "tangents": 5, "schedule": "constant"])
    let both = Settings(of: [("adam", adam), ("sofo", sofo)])
    #expect(
      try both.json == """
        {"adam.batch":128,"adam.schedule":"cosine","clip":0.5,"sofo.batch":256,\
        "sofo.schedule":"constant","tangents":5,"task":"lorenz"}
        """)
    let batches = both.keeping { $0.contains("batch") }
    #expect(try batches.json == #"{"adam.batch":128,"sofo.batch":256}"#)
    #expect(try Settings(of: [("adam", adam)]).json == adam.json)
  }
}
