// OpenSSL's digests as Swift sees them; HDF5 brings the library along anyway.
// No stable API: only Recordings may import this module.
#pragma once
#include <openssl/evp.h>
