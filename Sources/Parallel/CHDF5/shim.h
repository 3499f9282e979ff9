// Parallel HDF5 as Swift sees it. Its constants are macros over globals: CHDF5Shims
// turns them into functions. No stable API: only HDF5 and CHDF5Shims may import this.
#pragma once
#include <hdf5.h>
#include <hdf5_hl.h>
