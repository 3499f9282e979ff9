// MPI as Swift sees it; pkg-config says which library. Its constants are macros: CMPIShims
// turns them into functions. No stable API: only MPI and CMPIShims may import this module.
#pragma once
#include <mpi.h>
