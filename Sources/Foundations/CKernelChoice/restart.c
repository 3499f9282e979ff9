#define _GNU_SOURCE
#include "CKernelChoice.h"
#include "../COpenBLAS/libraries.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

static const char core_type[] = "OPENBLAS_CORETYPE";
// From this process to itself across the restart: its number, how the kernels were chosen, and
// the family for `ckc_name`. Another process that inherits it has another number.
static const char marker[] = "GANGLION_KERNELS";
// For tests: "old-choice" takes OPENBLAS_CORETYPE for OpenBLAS's own choice, "wrong-product"
// makes the chosen kernels fail their check.
static const char test[] = "GANGLION_TEST_KERNELS";

// The exit code of `ExitCode.configuration`.
enum { configuration = 78 };

static int choice = ckc_by_library;
static char name[64];

int ckc_choice(void) { return choice; }
const char *ckc_name(void) { return name; }

static int is_tested(const char *what) {
  const char *value = getenv(test);
  return value && strstr(value, what);
}

// A build for several processors has a table of each family's kernels under a name of its own;
// where a build hides these names, all may be there.
static int available(void) {
  int found = (dlsym(RTLD_DEFAULT, "gotoblas_HASWELL") ? ckc_haswell : 0) |
              (dlsym(RTLD_DEFAULT, "gotoblas_SKYLAKEX") ? ckc_skylakex : 0) |
              (dlsym(RTLD_DEFAULT, "gotoblas_COOPERLAKE") ? ckc_cooperlake : 0);
  if (found || dlsym(RTLD_DEFAULT, "gotoblas_PRESCOTT")) return found;
  return ckc_haswell | ckc_skylakex | ckc_cooperlake;
}

const char *ckc_better_here(void) {
  // Other libraries choose by the features themselves.
  if (!openblas_get_config || !strstr(openblas_get_config(), "DYNAMIC_ARCH")) return NULL;
  return ckc_better(openblas_get_corename(), ckc_features(), available());
}

// By its own name where that still is this program's file, as `ps` and `pgrep` show the name that
// a program was started by.
static void start(char **arguments) {
  static const char self[] = "/proc/self/exe";
  char path[4096];
  ssize_t length = readlink(self, path, sizeof path - 1);
  struct stat own, named;
  if (length > 0) {
    path[length] = 0;
    if (
      stat(self, &own) == 0 && stat(path, &named) == 0 && own.st_dev == named.st_dev &&
      own.st_ino == named.st_ino)
      execve(path, arguments, environ);
  }
  execve(self, arguments, environ);
}

// Starts the program of this process once more, with OPENBLAS_CORETYPE as given; returns where
// that is not possible.
static void restart(char **arguments, const char *type, int outcome, const char *family) {
  // Where the loader was started by hand its file would be taken for the program's.
  if (getauxval(AT_BASE) == 0) return;
  char state[128];
  snprintf(state, sizeof state, "%ld %d %s", (long)getpid(), outcome, family);
  const char *before = getenv(core_type);
  char *kept = before ? strdup(before) : NULL;
  if (
    setenv(marker, state, 1) == 0 &&
    (type ? setenv(core_type, type, 1) : unsetenv(core_type)) == 0)
    start(arguments);
  unsetenv(marker);
  if (kept) setenv(core_type, kept, 1);
  else unsetenv(core_type);
  free(kept);
}

// What this process left for itself; whether there is anything.
static int arrive(void) {
  const char *state = getenv(marker);
  long process = 0;
  if (state && sscanf(state, "%ld %d %63s", &process, &choice, name) != 3) process = 0;
  unsetenv(marker);
  if (process != (long)getpid()) {
    choice = ckc_by_library;
    name[0] = 0;
    return 0;
  }
  unsetenv(core_type);
  return 1;
}

// Runs before `main`, and after OpenBLAS has chosen.
__attribute__((constructor)) static void choose(int count, char **arguments) {
  (void)count;
  if (arrive()) {
    if (choice != ckc_by_features) return;
    if (ckc_better_here()) choice = ckc_failed;
    else if (is_tested("wrong-product") || !ckc_multiplies_rightly()) {
      char wrong[64];
      snprintf(wrong, sizeof wrong, "%s", openblas_get_corename());
      restart(arguments, NULL, ckc_rejected, wrong);
      fprintf(
        stderr,
        "ganglion: error: OpenBLAS's kernels for %s multiply wrongly here: set "
        "OPENBLAS_CORETYPE=Haswell, or install another OpenBLAS\n",
        wrong);
      _exit(configuration);
    }
    return;
  }
  const char *type = getenv(core_type);
  if (type && *type && !is_tested("old-choice")) {
    choice = ckc_by_user;
    snprintf(name, sizeof name, "%s", type);
    return;
  }
  const char *better = ckc_better_here();
  if (!better) return;
  restart(arguments, better, ckc_by_features, openblas_get_corename());
  choice = ckc_failed;
}
