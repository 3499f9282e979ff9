extension BLAS {
  /// The kernels OpenBLAS should use here but does not, or nil if its choice is right.
  ///
  /// OpenBLAS chooses by processor model when it is loaded. The environment variable
  /// `OPENBLAS_CORETYPE` overrules it, and a model newer than the library may get the
  /// kernels of an old one; AVX2 kernels on a processor with AVX-512 run GEMM at about
  /// half its rate. Only the environment at the program's start can change the choice.
  package static var betterKernelFamily: String? {
    betterKernelFamily(
      than: kernelFamily, configuration: configuration, hasAVX512: processorLevel >= 4)
  }

  /// The rule behind `betterKernelFamily`.
  static func betterKernelFamily(
    than family: String, configuration: String, hasAVX512: Bool
  ) -> String? {
    // A library built for one processor has no other kernels.
    guard hasAVX512, configuration.contains("DYNAMIC_ARCH") else { return nil }
    // OpenBLAS's Zen kernels are those of Haswell.
    let older: Set = ["Prescott", "Core2", "Nehalem", "Sandybridge", "Haswell", "Zen"]
    return older.contains(family) ? "SkylakeX" : nil
  }
}
