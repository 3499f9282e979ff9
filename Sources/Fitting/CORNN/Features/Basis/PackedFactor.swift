internal import Collectives
internal import LinearAlgebra

/// A fixed right factor of products, packed once a node.
final class PackedFactor {
  let layout: PackedLayout
  private let storage: NodeShared<Float>

  /// Packs `B` (rows × columns), of which `lines` gives some columns as rows of a matrix.
  ///
  /// The ranks of a node pack a part each.
  /// - Complexity: rows × columns conversions over the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  init(
    _ layout: PackedLayout, group: borrowing some RankGroup & ~Copyable,
    lines: (Range<Int>) -> Matrix<Float>
  ) throws {
    self.layout = layout
    var storage = try group.allocateOnNode(
      rows: layout.storageRows, columns: layout.storageColumns, of: Float.self)
    let own = Partition(of: layout.panels, among: storage.nodeSize).range(of: storage.nodeRank)
    for first in stride(from: own.lowerBound, to: own.upperBound, by: Self.panelsAtOnce) {
      let panels = first..<min(first + Self.panelsAtOnce, own.upperBound)
      let columns =
        panels.lowerBound
        * PackedLayout.panelColumns..<min(
          panels.upperBound * PackedLayout.panelColumns, layout.columns)
      layout.pack(lines(columns).view.transposed, firstPanel: first, into: &storage.matrix)
    }
    try storage.synchronize()
    self.storage = storage
  }

  /// Panels that are there unpacked at a time.
  private static var panelsAtOnce: Int { 8 }

  /// `C[0..<count] ← A[0..<count] B`; returns the flops, those of one product however exact.
  func multiply(
    _ count: Int, _ rows: borrowing PackedRows, _ accuracy: ProductAccuracy,
    into result: inout Matrix<Float>
  ) -> Double {
    layout.multiply(count: count, rows, storage.matrix, accuracy: accuracy, into: &result)
    return 2 * Double(count) * Double(layout.rows) * Double(layout.columns)
  }
}
