internal import COpenBLAS

/// The BLAS library's own threads and the processor kernels it chose.
package enum BLAS {
  /// Sets how many threads one BLAS call may use.
  package static func setThreads(_ count: Int) {
    precondition(count >= 1, "\(count) threads")
    openblas_set_num_threads(CInt(count))
  }

  /// How many threads one BLAS call may use now.
  package static var threads: Int { Int(openblas_get_num_threads()) }

  /// The processor family whose kernels run, as OpenBLAS names it ("SkylakeX").
  package static var kernelFamily: String { String(cString: openblas_get_corename()) }

  /// How many threads the library was built for; nil if it does not say.
  package static var mostThreads: Int? {
    configuration.firstMatch(of: /MAX_THREADS=(\d+)/).flatMap { Int($0.1) }
  }

  /// The library's version and build configuration.
  package static var configuration: String { String(cString: openblas_get_config()) }
}
