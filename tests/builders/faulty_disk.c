/* A disk that fails at its n-th write, for tests: preloaded, armed by the program under test itself.

   Only files below one folder count. Kinds: 1 the write fails once with EIO; 2 every write from the n-th on fails with
   ENOSPC; 3 the n-th write takes half of its bytes and the next one fails with ENOSPC; 0 counts only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[PATH_MAX];
static long at, seen;
static int kind, armed;

void disk_arm(const char *path, long n, int how) {
    strncpy(folder, path, sizeof folder - 1);
    at = n; kind = how; seen = 0; armed = 1;
}

long disk_disarm(void) { armed = 0; return seen; }

static int counts(int fd) {
    char link[64], path[PATH_MAX];
    if (!armed) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

/* Returns 0 to go on, -1 to fail with errno, 1 to write half. */
static int verdict(int fd) {
    if (!counts(fd)) return 0;
    seen++;
    if (kind == 1 && seen == at) { errno = EIO; return -1; }
    if (kind == 2 && seen >= at) { errno = ENOSPC; return -1; }
    if (kind == 3 && seen == at) return 1;
    if (kind == 3 && seen == at + 1) { errno = ENOSPC; return -1; }
    return 0;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name)) dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    int how = verdict(fd);
    return how < 0 ? -1 : real(fd, data, how ? (size + 1) / 2 : size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    REAL(pwrite);
    int how = verdict(fd);
    return how < 0 ? -1 : real(fd, data, how ? (size + 1) / 2 : size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    REAL(pwrite64);
    int how = verdict(fd);
    return how < 0 ? -1 : real(fd, data, how ? (size + 1) / 2 : size, offset);
}

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t size, unsigned flags) {
    REAL(copy_file_range);
    int how = verdict(out);
    return how < 0 ? -1 : real(in, from, out, to, how ? (size + 1) / 2 : size, flags);
}

int fsync(int fd) {
    REAL(fsync);
    return verdict(fd) < 0 ? -1 : real(fd);
}

int fdatasync(int fd) {
    REAL(fdatasync);
    return verdict(fd) < 0 ? -1 : real(fd);
}

int ftruncate(int fd, off_t size) {
    REAL(ftruncate);
    return verdict(fd) < 0 ? -1 : real(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    REAL(ftruncate64);
    return verdict(fd) < 0 ? -1 : real(fd, size);
}
