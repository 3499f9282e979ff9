internal import Collectives
internal import Rivals
internal import Runtime

/// The end of a rival that was asked to stop before its own, once its result is written.
///
/// A time limit is none: who gives a rival minutes has its weights after these.
struct StoppedMethod: ExitCoded {
  let method: MethodName
  let reason: StopRequest.Reason

  var exitCode: Int32 { reason.codeWithoutCheckpoint }

  var description: String {
    "\(method.rawValue) was stopped by \(reason.cause): the result holds the weights it had then,"
      + " and rivals keep no checkpoint to go on from"
  }
}
