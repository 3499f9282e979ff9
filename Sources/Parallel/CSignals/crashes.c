#define _DEFAULT_SOURCE
#include "CSignals.h"
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static const int failures[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP};
enum { count = sizeof failures / sizeof failures[0] };
static const rlim_t least_room = 256 << 20;

static struct sigaction earlier[count];
static char text[512];
static size_t length;
static int code;
static volatile sig_atomic_t exit_is_ours;

static rlim_t limit_of_addresses(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_AS, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

// Only system calls: anything may be broken here.
static int is_short_of_memory(void) {
  rlim_t limit = limit_of_addresses();
  if (limit == RLIM_INFINITY) return 0;
  // What a library asked for in vain is not known: it grows with what the run has.
  rlim_t room = limit / 4 > least_room ? limit / 4 : least_room;
  void *trial = mmap(0, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (trial == MAP_FAILED) return 1;
  munmap(trial, room);
  return 0;
}

static void tell_and_end(void) {
  ssize_t written = write(STDERR_FILENO, text, length);
  (void)written;
  _exit(code);
}

static void explain(int signal) {
  if (is_short_of_memory()) tell_and_end();
  for (int i = 0; i < count; i++)
    if (failures[i] == signal) sigaction(signal, &earlier[i], 0);
  raise(signal);
}

// Open MPI ends a process that it cannot start by itself, with a code of its own. And under a
// limit no library is unloaded: OpenBLAS would wait for its threads, which try for ever to get
// their 128 MiB where the limit leaves none.
static void leave(int status, void *unused) {
  (void)unused;
  if (limit_of_addresses() == RLIM_INFINITY) return;
  if (status != 0 && !exit_is_ours && is_short_of_memory()) tell_and_end();
  fflush(0);
  _exit(status);
}

void csignals_exit_is_ours(void) { exit_is_ours = 1; }

int csignals_explain_memory(const char *message, int exit_code) {
  static char stack[1 << 16];
  static int is_first = 1;
  strncpy(text, message, sizeof text - 1);
  length = strlen(text);
  code = exit_code;
  if (is_first) {
    // The usual stack may be what cannot grow.
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    if (sigaltstack(&other, 0) != 0 || on_exit(leave, 0) != 0) return -1;
    // Each thread's own heap would reserve 64 MiB of addresses, the libraries' threads' too.
    if (limit_of_addresses() != RLIM_INFINITY) mallopt(M_ARENA_MAX, 1);
    is_first = 0;
  }
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = explain;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < count; i++) {
    struct sigaction old;
    if (sigaction(failures[i], &action, &old) != 0) return -1;
    if (old.sa_handler != explain) earlier[i] = old;
  }
  return 0;
}

long long csignals_address_limit(void) {
  rlim_t limit = limit_of_addresses();
  return limit == RLIM_INFINITY ? -1 : (long long)limit;
}

long long csignals_address_space(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  long long pages = 0;
  if (fscanf(file, "%lld", &pages) != 1) pages = 0;
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}
