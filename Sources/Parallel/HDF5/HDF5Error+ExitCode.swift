internal import Collectives

/// A failed call ends the program with the code for input and output, or for an input that is
/// not there.
extension HDF5Error: ExitCoded {
  package var exitCode: Int32 { isAbsence ? ExitCode.missingInput : ExitCode.inputOutput }
}
