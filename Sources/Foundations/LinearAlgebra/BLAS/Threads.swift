internal import COpenBLAS

/// The BLAS library's own threads and the processor kernels it chose.
package enum BLAS {
  /// Sets how many threads one BLAS call may use.
  package static func setThreads(_ count: Int) {
    precondition(count >= 1, "\(count) threads")
    blas_set_threads(CInt(count))
  }

  /// How many threads one BLAS call may use now.
  package static var threads: Int { Int(blas_get_threads()) }

  /// The processor family whose kernels run, as OpenBLAS names it ("SkylakeX"); other libraries
  /// do not say.
  package static var kernelFamily: String { String(cString: blas_kernel_family()) }

  /// How many threads the library was built for; nil if it does not say.
  package static var mostThreads: Int? {
    configuration.firstMatch(of: /MAX_THREADS=(\d+)/).flatMap { Int($0.1) }
  }

  /// The library's version and build configuration.
  package static var configuration: String {
    var text = [CChar](repeating: 0, count: 256)
    blas_describe(&text, CInt(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
