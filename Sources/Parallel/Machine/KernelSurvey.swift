package import Collectives
internal import LinearAlgebra

extension RankGroup where Self: ~Copyable {
  /// The processor families whose BLAS kernels the ranks run, as "Cooperlake"; where hosts
  /// differ all of them, in rank order (collective).
  package func kernelFamilies() throws -> String {
    var families: [String] = []
    for family in try gather(line: BLAS.kernelFamily) where !families.contains(family) {
      families.append(family)
    }
    return families.joined(separator: ", ")
  }

  /// The lines of the ranks that have one, in rank order, on every rank (collective).
  package func gather(line: String?) throws -> [String] {
    let bytes = line.map { Array($0.utf8) + [UInt8(ascii: "\n")] } ?? []
    return String(decoding: try gather(bytes), as: UTF8.self).split(separator: "\n")
      .map(String.init)
  }
}
