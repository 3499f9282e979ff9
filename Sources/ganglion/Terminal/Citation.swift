internal import Results
internal import Rivals
internal import Training

/// A paper whose method a result is made by.
enum Citation: CaseIterable {
  case cornn, sofo

  /// What is cited beside the program, in a line for the end of a run; nil: no paper.
  static func line(_ paper: Citation?) -> String {
    let papers = paper.map { "\($0.short) and " } ?? ""
    return "cite: \(papers)\(program); in full: ganglion --cite"
  }

  /// All in full, with entries for BibTeX.
  static var text: String {
    """
    Cite the paper of the method and this program, with its version and commit, which every result
    carries (attributes version and git_commit).

    \(allCases.map { "\($0.use): \($0.reference)" }.joined(separator: "\n\n"))

    The program: \(program).

    \(allCases.map(\.entry).joined(separator: "\n\n"))

    @software{ganglion,
      title = {Ganglion: recurrent networks fitted to recordings of many neurons},
      author = {{Ganglion maintainers}},
      version = {\(Provenance.version)},
      note = {commit \(Provenance.commit)}
    }
    """
  }

  private static var program: String {
    "Ganglion \(Provenance.version) (commit \(Provenance.commit))"
  }

  private var short: String {
    switch self {
    case .cornn: "Dinc et al., NeurIPS 2023 (CORNN)"
    case .sofo: "Yu et al., NeurIPS 2024 (SOFO)"
    }
  }

  private var use: String {
    switch self {
    case .cornn: "CORNN (fit)"
    case .sofo: "SOFO (train)"
    }
  }

  private var reference: String {
    switch self {
    case .cornn:
      """
      F. Dinc, A. Shai, M. Schnitzer, H. Tanaka. CORNN: Convex optimization of recurrent neural \
      networks for rapid inference of neural dynamics. NeurIPS 2023.
      """
    case .sofo:
      """
      Yu, Xia, Ma, Lengyel, Hennequin. Second-order forward-mode optimization of recurrent neural \
      networks for neuroscience. NeurIPS 2024.
      """
    }
  }

  private var entry: String {
    switch self {
    case .cornn:
      """
      @inproceedings{cornn,
        title = {{CORNN}: Convex optimization of recurrent neural networks for rapid inference of
          neural dynamics},
        author = {Dinc, Fatih and Shai, Adam and Schnitzer, Mark and Tanaka, Hidenori},
        booktitle = {Advances in Neural Information Processing Systems},
        volume = {36},
        year = {2023}
      }
      """
    case .sofo:
      """
      @inproceedings{sofo,
        title = {Second-order forward-mode optimization of recurrent neural networks for
          neuroscience},
        author = {Yu, Youjing and Xia, Rui and Ma, Qingxi and Lengyel, M{\\'a}t{\\'e} and
          Hennequin, Guillaume},
        booktitle = {Advances in Neural Information Processing Systems},
        volume = {37},
        year = {2024}
      }
      """
    }
  }
}

extension MethodName {
  /// The paper whose problem the method solves; FORCE and training through time have another one.
  var citation: Citation? {
    switch self {
    case .cornn, .published, .newton, .adam: .cornn
    case .forceRates, .forceCurrents, .bptt: nil
    }
  }
}

extension Trainer.Method {
  /// The paper of the method, where it is one of those of this program.
  var citation: Citation? { self == .sofo || self == .firstOrder ? .sofo : nil }
}
