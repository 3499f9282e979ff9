#include "CMPIShims.h"

#include <signal.h>
#include <stdint.h>
#include <unistd.h>

int cmpi_is_open_mpi(void) {
#ifdef OPEN_MPI
  return 1;
#else
  return 0;
#endif
}

MPI_Comm cmpi_comm_null(void) { return MPI_COMM_NULL; }
MPI_Win cmpi_win_null(void) { return MPI_WIN_NULL; }
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

void cmpi_comm_free(MPI_Comm communicator) { MPI_Comm_free(&communicator); }
int cmpi_win_free(MPI_Win window) { return MPI_Win_free(&window); }

const void *cmpi_comm_address(MPI_Comm communicator) {
  return (const void *)(intptr_t)communicator;
}

int cmpi_wait_all(int count, cmpi_request *requests) {
  return MPI_Waitall(count, (MPI_Request *)requests, MPI_STATUSES_IGNORE);
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
