// What Swift cannot reach in HDF5's own headers: constants that are macros over global
// variables, functions whose signature depends on the library's version, and the walk of
// the error stack. Identifiers are `hid_t`, here as int64_t so that this header needs no
// other. No stable API: only the HDF5 module may import this.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Property lists: classes, and the default list.
int64_t chdf5_file_access_class(void);
int64_t chdf5_file_create_class(void);
int64_t chdf5_dataset_create_class(void);
int64_t chdf5_transfer_class(void);
int64_t chdf5_link_create_class(void);
int64_t chdf5_default_properties(void);

// The whole dataspace in a transfer.
int64_t chdf5_all(void);
uint64_t chdf5_unlimited(void);

// File access flags.
unsigned chdf5_read_only(void);
unsigned chdf5_read_write(void);
unsigned chdf5_exclusive(void);
unsigned chdf5_read_growing(void);

// Types in memory, and their fixed little-endian equivalents in files.
int64_t chdf5_native_float(void);
int64_t chdf5_native_double(void);
int64_t chdf5_native_int64(void);
int64_t chdf5_native_uint8(void);
int64_t chdf5_file_float(void);
int64_t chdf5_file_double(void);
int64_t chdf5_file_int64(void);
int64_t chdf5_file_uint8(void);
int64_t chdf5_c_string(void);
size_t chdf5_variable_length(void);

/// Stops HDF5 from printing errors itself.
void chdf5_silence(void);

/// Writes the error stack as "top (bottom)" into `text` and clears it.
void chdf5_take_error(char *text, size_t capacity);

/// Lets the ranks of `communicator`, an MPI_Comm, share the file, with collective metadata.
/// Returns a negative number on failure.
int chdf5_use_mpio(int64_t access_list, void *communicator);

/// Makes transfers collective (1) or independent (0).
int chdf5_set_collective(int64_t transfer_list, int collective);

/// What a link is: 0 hard, 1 soft, 2 external, 3 another kind; negative on failure.
int chdf5_link_kind(int64_t location, const char *path);

/// What an object is: 0 group, 1 dataset, 2 named type, 3 another kind, with an identity
/// (file number and address) equal for two paths to one object; negative on failure.
int chdf5_object_kind(
  int64_t location, const char *path, uint64_t *file, uint64_t *address);

/// How many attributes an object has, a file's root group included; negative on failure.
int64_t chdf5_attribute_count(int64_t object);

/// The path of the object that a scalar attribute refers to; negative if there is none.
int chdf5_reference_target(
  int64_t object, const char *attribute, char *text, size_t capacity);

/// Where a soft or external link leads, as text; negative on failure.
int chdf5_link_target(int64_t location, const char *path, char *text, size_t capacity);

/// The path of a file that a virtual dataset of `file` calls `name`, as the library looks for
/// it; negative if it is nowhere.
int chdf5_find_source(const char *file, const char *name, char *text, size_t capacity);

/// The bytes of a raw file that an external dataset of `file` calls `name`; negative if it is
/// not there, or cannot be read.
int64_t chdf5_external_size(const char *file, const char *name);

/// Is given the name of a file, and the `data` of the visit.
typedef void (*chdf5_take_name)(const char *name, void *data);

/// Names the other files that a file reads from, as they stand in it: targets of external
/// links, raw files of datasets, sources of virtual datasets. Negative where it ended early.
int chdf5_visit_sources(int64_t file, chdf5_take_name take, void *data);
