// A flag that signals raise: a handler may only do what is async-signal-safe, which C
// can promise and Swift cannot. No stable API: only Runtime may import this.
#pragma once

/// From now on the signal is remembered instead of ending the process; the first one is
/// acknowledged, and a second SIGINT ends the process as `csignals_end_on` does. Returns 0, or
/// -1 with errno set.
int csignals_remember(int signal);

/// From now on the signal removes the files that are to be discarded, says farewell and ends
/// the process with exit code 128 + signal. SIGHUP stays ignored where it is (nohup). Returns 0,
/// or -1 with errno set.
int csignals_end_on(int signal);

/// What follows "ganglion: SIGINT" on standard error when a signal ends the process, and when
/// the first is remembered; "" for nothing.
void csignals_farewell(const char *text);
void csignals_acknowledge(const char *text);

/// The end of the process is decided: a signal only hastens it, without a word.
void csignals_end_quietly(int exit_code);

/// Ends the process as a signal does, from any thread: files discarded, the message written.
void csignals_end_now(int exit_code, const char *message) __attribute__((noreturn));

/// The file is removed if a signal ends the process, until it is forgotten. Not for several
/// threads at a time. Returns its place in the list, or -1 if there is none left.
int csignals_discard_at_end(const char *path);
void csignals_forget_file(int place);

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
