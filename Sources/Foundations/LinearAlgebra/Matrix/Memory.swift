internal import COpenBLAS
internal import Glibc

/// Memory for a matrix; where there is none the program ends and says so.
///
/// Callers could do nothing else, and Swift's own allocation would trap without a word. The
/// exit code is `ExitCode.internalError`, which ends the other ranks too.
func allocate(bytes: Int, alignment: Int) -> UnsafeMutableRawPointer {
  var memory: UnsafeMutableRawPointer?
  if posix_memalign(&memory, alignment, bytes) == 0, let memory { return memory }
  let line =
    "ganglion: error: no memory for a matrix of \(bytes / 1_000_000) MB: take more nodes or fewer "
    + "ranks a node (ganglion plan says how many), or raise the limit (ulimit -v)\n"
  _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  _exit(70)
}

/// Gives back what `allocate` gave.
func deallocate(_ memory: UnsafeMutableRawPointer) { free(memory) }

extension BLAS {
  /// The working memory of OpenBLAS for each thread that multiplies, an upper bound.
  private static var bufferBytes: Int { (128 << 20) + (1 << 16) }

  /// Takes the library's working memory now, so that it need not ask for it later.
  ///
  /// OpenBLAS 0.3 tries for ever where the system refuses it (`ulimit -v`, strict accounting
  /// of memory), and the run would hang. Address space only: untouched pages cost nothing.
  ///
  /// - Parameter threads: that will multiply at a time; the library's own come on top.
  /// - Returns: the bytes that could not be had; nil if all is well.
  package static func reserveBuffers(threads: Int) -> Int? {
    // A library built for n threads has room for 2n such pieces, its own threads' among them;
    // beyond it prints a warning, and beyond 512 more, for each, ends the program.
    let room = mostThreads.map { 2 * $0 - self.threads } ?? .max
    let count = max(1, min(2 * threads - 1, room))
    // A trial first: the library itself would not come back.
    var trial: [UnsafeMutableRawPointer] = []
    defer { for memory in trial { munmap(memory, bufferBytes) } }
    for _ in 0..<count {
      guard
        let memory = mmap(
          nil, bufferBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        memory != MAP_FAILED
      else { return count * bufferBytes }
      trial.append(memory)
    }
    for memory in trial { munmap(memory, bufferBytes) }
    trial = []
    let buffers = (0..<count).map { _ in openblas_take_buffer() }
    for buffer in buffers { openblas_give_buffer(buffer) }
    return nil
  }
}
