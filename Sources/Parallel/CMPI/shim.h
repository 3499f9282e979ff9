// MPI as Swift sees it. Its constants are macros over addresses: CMPIShims turns them
// into functions. No stable API: only MPI and CMPIShims may import this module.
#pragma once
#include <mpi.h>
