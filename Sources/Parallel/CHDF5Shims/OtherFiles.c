// Where HDF5 looks for the other files that a dataset lies in. The library opens them only
// when it reads, and some of them in silence: here they are found beforehand.
#include "CHDF5Shims.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The folder of a path with its last slash; empty for a name alone.
static void folder_of(const char *path, char *folder, size_t capacity) {
  const char *slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) + 1 : 0;
  if (length >= capacity) length = capacity - 1;
  memcpy(folder, path, length);
  folder[length] = 0;
}

// "prefix/name", where the prefix may begin with ${ORIGIN}, the folder of `file`.
static void join(
  const char *prefix, const char *file, const char *name, char *text, size_t capacity) {
  static const char origin[] = "${ORIGIN}";
  char folder[PATH_MAX] = "";
  if (strncmp(prefix, origin, sizeof origin - 1) == 0) {
    folder_of(file, folder, sizeof folder);
    prefix += sizeof origin - 1;
    while (*prefix == '/') prefix++;
  }
  snprintf(text, capacity, "%s%s%s%s", folder, prefix, *prefix ? "/" : "", name);
}

static int is_there(const char *path) { return access(path, R_OK) == 0; }

int chdf5_find_source(const char *file, const char *name, char *text, size_t capacity) {
  char folder[PATH_MAX], real[PATH_MAX];
  if (strcmp(name, ".") == 0) {
    snprintf(text, capacity, "%s", file);
    return 0;
  }
  snprintf(text, capacity, "%s", name);
  if (name[0] == '/') {
    if (is_there(text)) return 0;
    // As the library does: a file that was moved with its sources keeps them.
    name = strrchr(name, '/') + 1;
  }
  const char *prefix = getenv("HDF5_VDS_PREFIX");
  if (prefix && *prefix) {
    join(prefix, file, name, text, capacity);
    if (is_there(text)) return 0;
  }
  folder_of(file, folder, sizeof folder);
  snprintf(text, capacity, "%s%s", folder, name);
  if (is_there(text)) return 0;
  if (realpath(file, real)) {
    folder_of(real, folder, sizeof folder);
    snprintf(text, capacity, "%s%s", folder, name);
    if (is_there(text)) return 0;
  }
  snprintf(text, capacity, "%s", name);
  return is_there(text) ? 0 : -1;
}

int64_t chdf5_external_size(const char *file, const char *name) {
  char path[2 * PATH_MAX];
  const char *prefix = getenv("HDF5_EXTFILE_PREFIX");
  int is_bare = name[0] == '/' || !prefix || !*prefix || strcmp(prefix, ".") == 0;
  join(is_bare ? "" : prefix, file, name, path, sizeof path);
  struct stat status;
  return is_there(path) && stat(path, &status) == 0 ? (int64_t)status.st_size : -1;
}
