// Calls the 1.10 form of versioned functions, which later libraries keep.
#define H5_USE_110_API
#include "CHDF5Shims.h"

#include <hdf5.h>
#include <stdio.h>
#include <string.h>

int64_t chdf5_file_access_class(void) { return H5P_FILE_ACCESS; }
int64_t chdf5_file_create_class(void) { return H5P_FILE_CREATE; }
int64_t chdf5_dataset_create_class(void) { return H5P_DATASET_CREATE; }
int64_t chdf5_transfer_class(void) { return H5P_DATASET_XFER; }
int64_t chdf5_link_create_class(void) { return H5P_LINK_CREATE; }
int64_t chdf5_default_properties(void) { return H5P_DEFAULT; }

int64_t chdf5_all(void) { return H5S_ALL; }
uint64_t chdf5_unlimited(void) { return H5S_UNLIMITED; }

unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
unsigned chdf5_read_write(void) { return H5F_ACC_RDWR; }
unsigned chdf5_exclusive(void) { return H5F_ACC_EXCL; }
unsigned chdf5_read_growing(void) { return H5F_ACC_RDONLY | H5F_ACC_SWMR_READ; }

int64_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
int64_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
int64_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
int64_t chdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
int64_t chdf5_file_float(void) { return H5T_IEEE_F32LE; }
int64_t chdf5_file_double(void) { return H5T_IEEE_F64LE; }
int64_t chdf5_file_int64(void) { return H5T_STD_I64LE; }
int64_t chdf5_file_uint8(void) { return H5T_STD_U8LE; }
int64_t chdf5_c_string(void) { return H5T_C_S1; }
size_t chdf5_variable_length(void) { return H5T_VARIABLE; }

void chdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

struct ends {
  char top[256];
  // Long enough for a path before the system's words.
  char bottom[8192];
};

// Called from the outermost failure (n = 0) down to the innermost.
static herr_t keep_ends(unsigned n, const H5E_error2_t *error, void *data) {
  struct ends *ends = data;
  const char *text = error->desc ? error->desc : "";
  if (n == 0) snprintf(ends->top, sizeof ends->top, "%s", text);
  snprintf(ends->bottom, sizeof ends->bottom, "%s", text);
  return 0;
}

// Of a failed system call HDF5 also tells the time, descriptors and addresses; the system's
// own words are enough.
static void keep_system_message(char *text) {
  static const char before[] = "error message = '";
  char *message = strstr(text, before);
  if (!message) return;
  message += sizeof before - 1;
  size_t length = strcspn(message, "'");
  memmove(text, message, length);
  text[length] = 0;
}

void chdf5_take_error(char *text, size_t capacity) {
  struct ends ends = {"", ""};
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_ends, &ends);
  H5Eclear2(H5E_DEFAULT);
  keep_system_message(ends.bottom);
  if (ends.bottom[0] && strcmp(ends.top, ends.bottom) != 0)
    snprintf(text, capacity, "%s (%s)", ends.top, ends.bottom);
  else snprintf(text, capacity, "%s", ends.top[0] ? ends.top : "no reason given");
}

int chdf5_use_mpio(int64_t access_list, void *communicator) {
  if (H5Pset_fapl_mpio(access_list, (MPI_Comm)(intptr_t)communicator, MPI_INFO_NULL) < 0)
    return -1;
  if (H5Pset_all_coll_metadata_ops(access_list, 1) < 0) return -1;
  return H5Pset_coll_metadata_write(access_list, 1);
}

int chdf5_set_collective(int64_t transfer_list, int collective) {
  return H5Pset_dxpl_mpio(
    transfer_list, collective ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT);
}

int chdf5_link_kind(int64_t location, const char *path) {
  H5L_info_t info;
  if (H5Lget_info(location, path, &info, H5P_DEFAULT) < 0) return -1;
  switch (info.type) {
    case H5L_TYPE_HARD: return 0;
    case H5L_TYPE_SOFT: return 1;
    case H5L_TYPE_EXTERNAL: return 2;
    default: return 3;
  }
}

int chdf5_object_kind(
  int64_t location, const char *path, uint64_t *file, uint64_t *address) {
  H5O_info_t info;
  if (H5Oget_info_by_name(location, path, &info, H5P_DEFAULT) < 0) return -1;
  *file = info.fileno;
  *address = info.addr;
  switch (info.type) {
    case H5O_TYPE_GROUP: return 0;
    case H5O_TYPE_DATASET: return 1;
    case H5O_TYPE_NAMED_DATATYPE: return 2;
    default: return 3;
  }
}

int64_t chdf5_attribute_count(int64_t object) {
  H5O_info_t info;
  if (H5Oget_info(object, &info) < 0) return -1;
  return (int64_t)info.num_attrs;
}

int chdf5_reference_target(
  int64_t object, const char *attribute, char *text, size_t capacity) {
  hobj_ref_t reference = 0;
  hid_t id = H5Aopen(object, attribute, H5P_DEFAULT);
  if (id < 0) return -1;
  hid_t space = H5Aget_space(id);
  hid_t type = H5Aget_type(id);
  int fits = space >= 0 && H5Sget_simple_extent_npoints(space) == 1 && type >= 0 &&
             H5Tequal(type, H5T_STD_REF_OBJ) > 0;
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  herr_t code = fits ? H5Aread(id, H5T_STD_REF_OBJ, &reference) : -1;
  H5Aclose(id);
  if (code < 0) return -1;
  hid_t target = H5Rdereference2(object, H5P_DEFAULT, H5R_OBJECT, &reference);
  if (target < 0) return -1;
  ssize_t length = H5Iget_name(target, text, capacity);
  H5Oclose(target);
  return length > 0 ? 0 : -1;
}

int chdf5_link_target(int64_t location, const char *path, char *text, size_t capacity) {
  H5L_info_t info;
  char value[2048] = "";
  if (H5Lget_info(location, path, &info, H5P_DEFAULT) < 0) return -1;
  if (info.type == H5L_TYPE_HARD || info.u.val_size > sizeof value) return -1;
  if (H5Lget_val(location, path, value, sizeof value, H5P_DEFAULT) < 0) return -1;
  value[sizeof value - 1] = 0;
  if (info.type != H5L_TYPE_EXTERNAL) {
    snprintf(text, capacity, "%s", value);
    return 0;
  }
  const char *file, *object;
  if (H5Lunpack_elink_val(value, info.u.val_size, NULL, &file, &object) < 0) return -1;
  snprintf(text, capacity, "%s:%s", file, object);
  return 0;
}

struct source_visitor {
  chdf5_take_name take;
  void *data;
};

static void take_dataset_sources(hid_t dataset, struct source_visitor *visitor) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return;
  char name[4096];
  for (int i = 0; i < H5Pget_external_count(list); i++) {
    name[0] = 0;
    if (H5Pget_external(list, i, sizeof name - 1, name, NULL, NULL) < 0) continue;
    name[sizeof name - 1] = 0;
    visitor->take(name, visitor->data);
  }
  size_t mappings = 0;
  if (H5Pget_layout(list) == H5D_VIRTUAL && H5Pget_virtual_count(list, &mappings) >= 0)
    for (size_t i = 0; i < mappings; i++)
      if (H5Pget_virtual_filename(list, i, name, sizeof name) >= 0)
        visitor->take(name, visitor->data);
  H5Pclose(list);
}

static herr_t take_link_sources(
  hid_t group, const char *path, const H5L_info_t *link, void *data) {
  struct source_visitor *visitor = data;
  if (link->type == H5L_TYPE_EXTERNAL) {
    char value[4096];
    const char *file, *object;
    if (
      link->u.val_size <= sizeof value &&
      H5Lget_val(group, path, value, sizeof value, H5P_DEFAULT) >= 0 &&
      H5Lunpack_elink_val(value, link->u.val_size, NULL, &file, &object) >= 0)
      visitor->take(file, visitor->data);
  } else if (link->type == H5L_TYPE_HARD) {
    hid_t object = H5Oopen(group, path, H5P_DEFAULT);
    if (object < 0) return 0;
    if (H5Iget_type(object) == H5I_DATASET) take_dataset_sources(object, visitor);
    H5Oclose(object);
  }
  return 0;
}

int chdf5_visit_sources(int64_t file, chdf5_take_name take, void *data) {
  struct source_visitor visitor = {take, data};
  int code = H5Lvisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, take_link_sources, &visitor);
  H5Eclear2(H5E_DEFAULT);
  return code;
}
