internal import CKernels

/// Gives the memory of matrices that are gone back to the system.
///
/// By itself the C library keeps those of up to 32 MB for later ones, between blocks that live
/// on: a fit of 10,000 neurons held a third more memory than it used. Some milliseconds.
package func returnFreedMemory() { ck_return_freed_memory() }

/// Lets the memory of matrices that are gone, up to 1 GB, wait for later ones of up to 32 MB until
/// `returnFreedMemory`.
///
/// By itself the C library gives some of it back each time, and the system clears every page that
/// it gives anew: a seventh of the solution of 10,000 neurons.
package func keepFreedMemory() { ck_keep_freed_memory() }
