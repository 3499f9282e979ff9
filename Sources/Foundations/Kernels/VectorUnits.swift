internal import CKernels

/// Multiplies and adds in registers alone, as fast as the vector units of one core can.
///
/// - Parameter rounds: the length of the chains.
/// - Returns: the operations done, in single precision; half as many would be in double.
package func exerciseVectorUnits(rounds: Int) -> Double { ck_multiply_and_add(rounds) }
