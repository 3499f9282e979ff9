internal import Wording

extension MachineReport {
  /// What the user could set better, one sentence each.
  ///
  /// - Parameters:
  ///   - ranks: the ranks.
  ///   - mpi: the name of the MPI library.
  ///   - environment: rank 0's environment variables.
  /// - Returns: nothing if all is well.
  static func advice(ranks: [Rank], mpi: String, environment: [String: String]) -> [String] {
    var advice: [String] = []
    for rank in ranks where rank.threads > rank.cores.count {
      advice.append(
        "rank \(rank.rank) on \(rank.host) runs \(rank.threads) threads on \(rank.cores.count) "
          + "cores (\(list(rank.cores))): use --threads auto, or bind the rank to more cores "
          + "(mpirun --map-by slot:PE=\(rank.threads), srun --cpus-per-task=\(rank.threads))")
    }
    if let rank = ranks.first(where: {
      $0.threads <= $0.cores.count && $0.threads * $0.sharers > $0.cores.count
    }) {
      advice.append(
        "\(rank.sharers) ranks with \(rank.threads) threads each share \(rank.cores.count) cores "
          + "of \(rank.host): start fewer ranks or threads, or rates say nothing about scaling")
    }
    if let rank = ranks.first(where: {
      $0.threads * $0.sharers <= $0.cores.count && $0.busyCores < 0.75 * Double($0.threads)
    }) {
      let busy = rounded(rank.busyCores, decimals: 1)
      advice.append(
        "BLAS on rank \(rank.rank) kept \(busy) of \(rank.threads) cores busy: "
          + (environment["OMP_PROC_BIND"] == nil
            ? "other programs run there, or the BLAS library has no threads"
            : "unset OMP_PROC_BIND, under which OpenMP builds of OpenBLAS use one core"))
    }
    if let rank = ranks.first(where: { $0.kernelWarning != nil }), let warning = rank.kernelWarning
    {
      advice.append(
        "on \(rank.host) \(warning)" + (rank.isSlow ? " (products \(reach(rank)))" : ""))
    }
    // Of what has no other cause yet.
    if advice.isEmpty, let rank = ranks.first(where: \.isSlow) {
      advice.append(
        "products on rank \(rank.rank) \(reach(rank)): other programs run there, or this "
          + "OpenBLAS has no kernels for the processor (install a newer one)")
    }
    if mpi.contains("Open MPI v4"), ranks.count > 1,
      environment["OMPI_MCA_io"]?.contains(/romio|\^ompio/) != true
    {
      advice.append(
        "Open MPI 4's own MPI-IO can hang in collective writes on many ranks: "
          + "set OMPI_MCA_io=^ompio, and ROMIO does it")
    }
    return advice
  }

  private static func reach(_ rank: Rank) -> String {
    func gigaflops(_ rate: Double?) -> Int { Int(((rate ?? 0) / 1e9).rounded()) }
    return "reach \(gigaflops(rank.productRate)) of the \(gigaflops(rank.vectorRate)) GFLOP/s "
      + "that the vector units of its cores do"
  }

  /// Numbers as "0-3,8".
  static func list(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }
}
