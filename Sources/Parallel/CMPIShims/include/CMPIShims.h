// What Swift cannot see of mpi.h: constants that are macros over addresses. Handles are
// passed as mpi.h declares them: addresses in Open MPI, integers in MPICH and what shares its
// binary interface (Intel MPI, MVAPICH, Cray MPICH). No stable API: only the MPI module may
// import this.
#pragma once
#include <mpi.h>

/// Whether the program was built for Open MPI.
int cmpi_is_open_mpi(void);

MPI_Comm cmpi_comm_null(void);
MPI_Win cmpi_win_null(void);
MPI_Comm cmpi_comm_world(void);
MPI_Comm cmpi_comm_self(void);
MPI_Errhandler cmpi_errors_return(void);
MPI_Errhandler cmpi_errors_are_fatal(void);
MPI_Info cmpi_info_null(void);
MPI_Request cmpi_request_null(void);

/// The argument that makes a collective work in place.
const void *cmpi_in_place(void);

MPI_Datatype cmpi_byte(void);
MPI_Datatype cmpi_uint8(void);
MPI_Datatype cmpi_int64(void);
MPI_Datatype cmpi_float32(void);
MPI_Datatype cmpi_float64(void);

MPI_Op cmpi_sum(void);
MPI_Op cmpi_max(void);
MPI_Op cmpi_bitwise_and(void);

void cmpi_comm_free(MPI_Comm communicator);
int cmpi_win_free(MPI_Win window);

/// A communicator as an address or an integer in the place of one, which a cast takes back.
const void *cmpi_comm_address(MPI_Comm communicator);

/// A message on its way, of any MPI library.
typedef struct {
  MPI_Request handle;
} cmpi_request;

/// MPI_Waitall and MPI_Test without statuses.
int cmpi_wait_all(int count, cmpi_request *requests);
int cmpi_test(MPI_Request *request, int *done);

/// Notes that finalising is not safe any more, and whether that was noted.
void cmpi_leave_unfinished(void);
int cmpi_is_left_unfinished(void);

/// Ends the process with `code` if it is still there after some seconds.
void cmpi_exit_after(unsigned seconds, int code);
