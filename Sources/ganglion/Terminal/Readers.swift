internal import Foundation

/// Whether a line can be written without waiting for whoever reads it: always to a file, to a pipe
/// or a terminal while there is room.
///
/// A page of a pipe is free then, and lines of this program that are told so are shorter. One whose
/// reader has gone counts as free: writing says what is wrong.
func hasRoom(_ descriptor: Int32) -> Bool {
  var look = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
  return poll(&look, 1, 0) != 0
}
