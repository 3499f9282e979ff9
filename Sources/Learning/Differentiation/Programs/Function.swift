/// An elementwise function with its derivative.
///
/// The raw values are those of `ck_function` in CKernels.
package enum Function: Int, CaseIterable, Sendable {
  case identity, tanh, relu, sine, cosine, exponential, logistic, square, reciprocal
}
