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

/// From now on a crash with less than 256 MiB left below the limit of address space
/// (`ulimit -v`) writes the message to standard error and ends the process with the exit
/// code; without a limit, and with more room, it crashes as before. Returns 0, or -1 with
/// errno set.
int csignals_explain_memory(const char *message, int exit_code);
