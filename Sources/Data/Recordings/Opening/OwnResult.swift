internal import Foundation
internal import HDF5

extension HDF5Catalog {
  /// What a file of this program that is no recording is, and what reads it.
  func ownResultInWords() throws -> String {
    let path = file.filePath
    let text = try file.attribute("configuration")?.string ?? ""
    let settings = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let command = settings?["command"] as? String
    let neurons = summary(of: "/neuron")?.shape.first
    let size = neurons.map { " of \($0) neurons" } ?? ""
    let what =
      if has("/W") || has("/factors") || command == "fit" {
        "a model\(size) that `ganglion fit` wrote: see `ganglion evaluate \(path)` and `ganglion"
          + " report \(path)`"
      } else if command == "evaluate" {
        "scores of the model \(settings?["model"] as? String ?? "") that `ganglion evaluate` wrote:"
          + " see `ganglion report MODEL --scores \(path)`"
      } else if has("/parameters") || command == "train" {
        "a run that `ganglion train` wrote: see `ganglion report \(path)`"
      } else if let command {
        "what `ganglion \(command)` wrote"
      } else {
        "a file that Ganglion wrote"
      }
    return "\(what); it is not a recording, and no --traces are given"
  }
}
