#include "CMPIShims.h"

#include <signal.h>
#include <unistd.h>

MPI_Comm cmpi_comm_world(void) { return MPI_COMM_WORLD; }
MPI_Comm cmpi_comm_self(void) { return MPI_COMM_SELF; }
MPI_Errhandler cmpi_errors_return(void) { return MPI_ERRORS_RETURN; }
MPI_Errhandler cmpi_errors_are_fatal(void) { return MPI_ERRORS_ARE_FATAL; }
MPI_Info cmpi_info_null(void) { return MPI_INFO_NULL; }
MPI_Request cmpi_request_null(void) { return MPI_REQUEST_NULL; }

const void *cmpi_in_place(void) { return MPI_IN_PLACE; }

MPI_Datatype cmpi_byte(void) { return MPI_BYTE; }
MPI_Datatype cmpi_uint8(void) { return MPI_UINT8_T; }
MPI_Datatype cmpi_int64(void) { return MPI_INT64_T; }
MPI_Datatype cmpi_float32(void) { return MPI_FLOAT; }
MPI_Datatype cmpi_float64(void) { return MPI_DOUBLE; }

MPI_Op cmpi_sum(void) { return MPI_SUM; }
MPI_Op cmpi_max(void) { return MPI_MAX; }
MPI_Op cmpi_bitwise_and(void) { return MPI_BAND; }

int cmpi_wait_all(int count, MPI_Request *requests) {
  return MPI_Waitall(count, requests, MPI_STATUSES_IGNORE);
}

int cmpi_test(MPI_Request *request, int *done) {
  return MPI_Test(request, done, MPI_STATUS_IGNORE);
}

static volatile sig_atomic_t unfinished;

void cmpi_leave_unfinished(void) { unfinished = 1; }
int cmpi_is_left_unfinished(void) { return unfinished; }

static volatile sig_atomic_t late_code;

// Only what is async-signal-safe: no exit handlers run.
static void exit_late(int signal) {
  (void)signal;
  _exit(late_code);
}

void cmpi_exit_after(unsigned seconds, int code) {
  late_code = code;
  signal(SIGALRM, exit_late);
  alarm(seconds);
}
