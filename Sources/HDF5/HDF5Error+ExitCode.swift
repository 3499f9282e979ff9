internal import Collectives

/// A failed call ends the program with the code for input and output.
extension HDF5Error: ExitCoded {
  package var exitCode: Int32 { ExitCode.inputOutput }
}
