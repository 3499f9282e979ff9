#define _DEFAULT_SOURCE
#include "CSignals.h"
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { most_files = 32, most_text = 512 };

static volatile sig_atomic_t received;
static volatile sig_atomic_t interrupts;
static volatile sig_atomic_t quiet_code = -1;

// A text counts as soon as its length is set, which happens last.
struct text {
  char bytes[most_text];
  volatile sig_atomic_t length;
};
static struct text farewell, acknowledgement;

static char files[most_files][PATH_MAX];
static volatile sig_atomic_t is_to_discard[most_files];

static void set(struct text *text, const char *bytes) {
  text->length = 0;
  strncpy(text->bytes, bytes, most_text - 1);
  text->length = (sig_atomic_t)strlen(text->bytes);
}

static void put(const char *bytes, size_t length) {
  ssize_t written = write(STDERR_FILENO, bytes, length);
  (void)written;
}

// One line, in one piece: several ranks may write.
static void tell(const struct text *text, int signal) {
  static const char head[] = "ganglion: ";
  const char *name = signal == SIGINT    ? "SIGINT"
                     : signal == SIGTERM ? "SIGTERM"
                     : signal == SIGUSR1 ? "SIGUSR1"
                     : signal == SIGHUP  ? "SIGHUP"
                                         : "a signal";
  char line[most_text + 64];
  size_t length = 0;
  if (text->length == 0) return;
  memcpy(line, head, sizeof head - 1);
  length += sizeof head - 1;
  // NOLINTNEXTLINE(bugprone-not-null-terminated-result)
  memcpy(line + length, name, strlen(name));
  length += strlen(name);
  memcpy(line + length, text->bytes, (size_t)text->length);
  length += (size_t)text->length;
  line[length++] = '\n';
  put(line, length);
}

// Only system calls: the signal may have come anywhere.
static void discard_files(void) {
  for (int i = 0; i < most_files; i++)
    if (is_to_discard[i]) unlink(files[i]);
}

static void end(int signal) {
  discard_files();
  if (quiet_code >= 0) _exit(quiet_code);
  tell(&farewell, signal);
  _exit(128 + signal);
}

static void note(int signal) {
  if (signal == SIGINT && ++interrupts > 1) end(signal);
  if (!received) tell(&acknowledgement, signal);
  received = signal;
}

static int handle(int signal, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  // Reads and writes under way go on.
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(signal, &action, 0) != 0) return -1;
  // Some parents start their children with all signals blocked (worker threads of Foundation).
  sigset_t heard;
  sigemptyset(&heard);
  sigaddset(&heard, signal);
  return sigprocmask(SIG_UNBLOCK, &heard, 0);
}

int csignals_remember(int signal) { return handle(signal, note); }

int csignals_end_on(int signal) {
  struct sigaction before;
  if (sigaction(signal, 0, &before) != 0) return -1;
  // nohup: the run is to outlive its terminal.
  if (signal == SIGHUP && before.sa_handler == SIG_IGN) return 0;
  return handle(signal, end);
}

int csignals_received(void) { return received; }

void csignals_forget(void) { received = interrupts = 0; }

void csignals_farewell(const char *text) { set(&farewell, text); }

void csignals_acknowledge(const char *text) { set(&acknowledgement, text); }

void csignals_end_quietly(int exit_code) { quiet_code = exit_code; }

void csignals_end_now(int exit_code, const char *message) {
  discard_files();
  put(message, strlen(message));
  _exit(exit_code);
}

int csignals_discard_at_end(const char *path) {
  size_t length = strlen(path);
  if (length >= PATH_MAX) return -1;
  for (int i = 0; i < most_files; i++) {
    if (is_to_discard[i]) continue;
    memcpy(files[i], path, length + 1);
    is_to_discard[i] = 1;
    return i;
  }
  return -1;
}

void csignals_forget_file(int place) {
  if (place >= 0 && place < most_files) is_to_discard[place] = 0;
}
