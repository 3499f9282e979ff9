internal import CKernelChoice

extension BLAS {
  /// How the kernels that run were chosen.
  ///
  /// OpenBLAS chooses by processor model when it is loaded, and a model newer than the library
  /// gets its oldest kernels. A program that links this module looks at the processor's features
  /// before `main`, and starts itself once more with `OPENBLAS_CORETYPE` set where the library
  /// has better ones (see Sources/CKernelChoice).
  package enum KernelChoice: Equatable, Sendable {
    /// OpenBLAS's own, which is right, or a build for one processor.
    case library
    /// The value of the user's OPENBLAS_CORETYPE.
    case user(String)
    /// By the processor's features, instead of the family that OpenBLAS chose.
    case features(instead: String)
    /// OpenBLAS's own, as the better kernels for this family multiplied wrongly.
    case rejected(String)
    /// OpenBLAS's own, though it is not right: the program could not be started again.
    case failed
  }

  /// Who chose the kernels that run in this process.
  package static var kernelChoice: KernelChoice {
    let name = String(cString: ckc_name())
    return switch Int(ckc_choice()) {
    case ckc_by_user: .user(name)
    case ckc_by_features: .features(instead: name)
    case ckc_rejected: .rejected(name)
    case ckc_failed: .failed
    default: .library
    }
  }

  /// The kernels that this library holds and that suit this processor better, by the width of
  /// their vectors; nil if those that run are right.
  package static var betterKernelFamily: String? {
    ckc_better_here().map { String(cString: $0) }
  }

  /// What is wrong with the kernels that run and what to do, a sentence; nil if nothing is.
  package static var kernelWarning: String? {
    kernelWarning(choice: kernelChoice, family: kernelFamily, better: betterKernelFamily)
  }

  static func kernelWarning(choice: KernelChoice, family: String, better: String?) -> String? {
    guard let better else { return nil }
    return switch choice {
    case .user(let value):
      "OPENBLAS_CORETYPE=\(value) makes OpenBLAS run its kernels for \(family), though this "
        + "processor can run the faster ones for \(better): unset it"
    case .rejected(let rejected):
      "OpenBLAS runs its kernels for \(family), as the faster ones for \(rejected) multiply "
        + "wrongly on this processor: install a newer OpenBLAS"
    case .library, .features, .failed:
      "OpenBLAS runs its kernels for \(family), though this processor can run the faster ones "
        + "for \(better): set OPENBLAS_CORETYPE=\(better), or install a newer OpenBLAS"
    }
  }
}
