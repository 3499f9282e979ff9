import Testing

@testable import Recordings

/// Patterns of names, as `--traces` takes them.
@Suite struct PatternTests {
  @Test(arguments: [
    ("/acq/roi_12/data", "/acq/roi_*/data", true),
    ("/acq/roi_12/data", "/acq/*", false),
    ("/acq/roi_12", "acq/roi_??", true),
    ("/acq/roi_123", "acq/roi_??", false),
    ("/a/xyxyz", "/a/*xyz", true),
    ("/a/x", "/a/x***", true),
    // Nothing else is special.
    ("/a/x[1]", "/a/x[1]", true),
    ("/a/x1", "/a/x[1]", false),
    ("/a/x[1]", "/a/*[?]", true),
    ("/a/x\\y", "/a/x\\*", true),
    ("/a/.hidden", "/a/*", true),
  ])
  func match(path: String, pattern: String, isMatch: Bool) {
    #expect(matches(path, pattern) == isMatch)
  }
}
