#include "CSignals.h"
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static const int failures[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP};
enum { count = sizeof failures / sizeof failures[0], room = 256 << 20 };

static struct sigaction earlier[count];
static char text[512];
static size_t length;
static int code;

// Only system calls: anything may be broken here.
static int is_short_of_memory(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  void *trial = mmap(0, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (trial == MAP_FAILED) return 1;
  munmap(trial, room);
  return 0;
}

static void explain(int signal) {
  if (is_short_of_memory()) {
    ssize_t written = write(STDERR_FILENO, text, length);
    (void)written;
    _exit(code);
  }
  for (int i = 0; i < count; i++)
    if (failures[i] == signal) sigaction(signal, &earlier[i], 0);
  raise(signal);
}

int csignals_explain_memory(const char *message, int exit_code) {
  strncpy(text, message, sizeof text - 1);
  length = strlen(text);
  code = exit_code;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = explain;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < count; i++) {
    struct sigaction old;
    if (sigaction(failures[i], &action, &old) != 0) return -1;
    if (old.sa_handler != explain) earlier[i] = old;
  }
  return 0;
}
