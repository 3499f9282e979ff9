// A flag that signals raise: a handler may only do what is async-signal-safe, which C
// can promise and Swift cannot. No stable API: only Collectives may import this.
#pragma once

/// From now on the signal is remembered instead of ending the process. Returns 0, or -1
/// with errno set.
int csignals_remember(int signal);

/// The latest remembered signal, or 0.
int csignals_received(void);

/// Forgets what was received.
void csignals_forget(void);
