import Foundation
import PackagePlugin

/// Writes the source's git commit into a Swift file before each build.
///
/// The commit is `GANGLION_COMMIT` where that is set, or that of an archive's commit.txt, else what
/// git says, with "-dirty" after it if tracked files were changed; "unknown" without git.
@main
struct SourceRevision: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
    let directory = context.pluginWorkDirectoryURL
    let script = """
      commit="${GANGLION_COMMIT:-$(cat "$1/commit.txt" 2>/dev/null)}"
      if [ -z "$commit" ]; then
        commit=$(git -C "$1" rev-parse HEAD 2>/dev/null || echo unknown)
        git -C "$1" diff --quiet HEAD 2>/dev/null || [ "$commit" = unknown ] \
          || commit="$commit-dirty"
      fi
      text="/// The git commit this program was built from.
      let sourceRevision = \\"$commit\\""
      mkdir -p "$2"
      printf '%s\\n' "$text" | cmp -s - "$2/SourceRevision.swift" \
        || printf '%s\\n' "$text" > "$2/SourceRevision.swift"
      """
    return [
      .prebuildCommand(
        displayName: "Recording the source revision",
        executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: ["-c", script, "sh", context.package.directoryURL.path, directory.path],
        outputFilesDirectory: directory)
    ]
  }
}
