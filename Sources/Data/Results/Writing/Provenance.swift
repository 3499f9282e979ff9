internal import Foundation
internal import HDF5

/// Where a result comes from: what one needs to make it again.
package struct Provenance: Sendable {
  /// The version of this program.
  package static let version = "0.1.0"

  /// The git commit it was built from.
  package static var commit: String { sourceRevision }

  /// When the job began, ISO 8601 in UTC.
  package var created = Date.now.formatted(.iso8601)
  package var ranks: Int
  /// BLAS threads a rank.
  package var threads: Int
  /// The processor families whose BLAS kernels run, as OpenBLAS names them.
  package var kernels: String
  /// The recording, and its SHA-256; nil where there was no input.
  package var input: (path: String, sha256: String)?
  package var seed: Int?
  /// Every setting as it was used, defaults included, as one JSON object.
  package var configuration: String

  /// What a job was, beginning now.
  package init(
    ranks: Int, threads: Int, kernels: String, input: (path: String, sha256: String)? = nil,
    seed: Int? = nil,
    configuration: String
  ) {
    self.ranks = ranks
    self.threads = threads
    self.kernels = kernels
    self.input = input
    self.seed = seed
    self.configuration = configuration
  }

  /// Writes the root attributes.
  ///
  /// Collective on shared files.
  func write(to file: borrowing File) throws(HDF5Error) {
    try file.setAttribute("software", "Ganglion")
    try file.setAttribute("version", Provenance.version)
    try file.setAttribute("git_commit", Provenance.commit)
    try file.setAttribute("created", created)
    try file.setAttribute("mpi_ranks", ranks)
    try file.setAttribute("threads_per_rank", threads)
    try file.setAttribute("blas_kernels", kernels)
    if let input {
      try file.setAttribute("input_file", input.path)
      try file.setAttribute("input_sha256", input.sha256)
    }
    if let seed { try file.setAttribute("seed", seed) }
    try file.setAttribute("configuration", configuration)
  }
}
