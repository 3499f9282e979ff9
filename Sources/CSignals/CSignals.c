#include "CSignals.h"
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t received;

static void note(int signal) { received = signal; }

int csignals_remember(int signal) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note;
  // Reads and writes under way go on.
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  return sigaction(signal, &action, 0);
}

int csignals_received(void) { return received; }

void csignals_forget(void) { received = 0; }
