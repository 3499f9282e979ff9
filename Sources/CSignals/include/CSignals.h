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

/// From now on a crash, or an exit with an error that a library decides on, with little left
/// below the limit of address space (`ulimit -v`; less than a quarter of it, or 256 MiB)
/// writes the message to standard error and ends the process with the exit code; without a
/// limit, and with more room, it ends as before. To be called again after a library has set
/// signal handlers of its own. Under a limit all threads also share one heap. Returns 0, or -1 with errno set.
int csignals_explain_memory(const char *message, int exit_code);

/// Exits from here on are the program's own.
void csignals_exit_is_ours(void);

/// The limit of this process's address space in bytes, -1 for none, and how much it has.
long long csignals_address_limit(void);
long long csignals_address_space(void);
