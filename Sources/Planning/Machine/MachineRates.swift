internal import LinearAlgebra
internal import Machine

/// What a rank of a job gets of a machine, with the job's threads rather than those that were
/// measured; where nobody measured a rate, what stands in for it.
struct MachineRates: Sendable {
  private let machine: MachineDescription
  /// The job's threads over those that were measured.
  private let share: Double

  init(of machine: MachineDescription, threads: Int) {
    self.machine = machine
    share = Double(threads) / Double(max(1, machine.threads))
  }

  // MARK: - Products, operations a second

  /// Of square matrices.
  func squares(isDouble: Bool) -> Double { share * square(isDouble) }

  /// Of a panel of `MachineDescription.panelRows` with a square matrix, as measured.
  func panels(isDouble: Bool) -> Double { share * panel(isDouble) }

  /// Of a panel of some rows with a square matrix.
  ///
  /// The square is packed once a product, whatever the rows of the panel: so a flop costs
  /// `a + b / rows`. Two points are known, panels of `MachineDescription.panelRows` and the square product
  /// itself.
  func panels(of rows: Double, isDouble: Bool) -> Double {
    let square = square(isDouble)
    let measured = min(panel(isDouble), square)
    let few = Double(MachineDescription.panelRows)
    let b = (1 / measured - 1 / square) / (1 / few - 1 / Self.squareRows)
    return share / (1 / square + b * (1 / rows - 1 / Self.squareRows))
  }

  /// With packed matrices.
  var packed: Double { share * (machine.packedRate ?? panel(false)) }

  /// Of panels rounded to bfloat16, by vectors: matrix units take no part in products of tangents.
  var rounded: Double {
    let panels = panels(isDouble: false)
    return machine.packedKernel == .avx512BF16 ? max(panels, packed) : panels
  }

  /// Of tiles of a Gram matrix in float64.
  var gram: Double { share * (machine.gramRate ?? Self.gramShare * machine.productRateDouble) }

  /// Of inverses by Cholesky in float64.
  var factor: Double {
    share * (machine.factorRate ?? Self.factorShare * machine.productRateDouble)
  }

  /// Rows of the square products that are measured, at least.
  private static var squareRows: Double { 1024 }
  /// Shares of the rate of square products, as `MachineDescription` promises them for what a
  /// description by hand leaves out.
  private static var panelShare: Double { 0.75 }
  private static var gramShare: Double { 0.8 }
  private static var factorShare: Double { 0.5 }

  private func square(_ isDouble: Bool) -> Double {
    isDouble ? machine.productRateDouble : machine.productRateFloat
  }

  private func panel(_ isDouble: Bool) -> Double {
    (isDouble ? machine.panelRateDouble : machine.panelRateFloat)
      ?? Self.panelShare * square(isDouble)
  }

  // MARK: - Memory and files, bytes a second

  /// Traffic of vectors that fit the caches; by hand twice the memory's.
  var vectors: Double { share * (machine.vectorBandwidth ?? 2 * machine.memoryBandwidth) }
  /// Memory traffic.
  var memory: Double { share * machine.memoryBandwidth }
  /// Files, all ranks together.
  var reading: Double { machine.files?.read ?? Self.fileRate }
  var writing: Double { machine.files?.write ?? Self.fileRate }

  /// Files where the description has no rate: a disk of its own.
  private static var fileRate: Double { 5e8 }

  // MARK: - Messages

  /// Between the nodes of a job, or between the ranks of its only one.
  func messages(amongNodes nodes: Int) -> MessageRate {
    guard nodes > 1 else { return machine.messagesWithinHost ?? throughMemory }
    return machine.messagesBetweenHosts ?? Self.assumedNetwork
  }

  /// Through memory that the ranks of a node share: written and read, on both sides.
  var throughMemory: MessageRate {
    MessageRate(latency: 1e-6, bandwidth: machine.memoryBandwidth / 4)
  }

  /// Whether the network between so many nodes is a guess.
  func assumesNetwork(amongNodes nodes: Int) -> Bool {
    nodes > 1 && machine.messagesBetweenHosts == nil
  }

  /// The network where the description has none: 10 Gbit/s Ethernet.
  private static var assumedNetwork: MessageRate { MessageRate(latency: 3e-5, bandwidth: 1.1e9) }
}
