/* LD_PRELOAD: keeps, under $SURVIVES, what the disk would hold after a power cut.

   A file's content survives as it was at its last fsync; a rename or removal survives once the
   folder was synced, and a new folder with it. Only paths below $WATCHED are looked at. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PENDING = 4096 };
static struct { char from[PATH_MAX], to[PATH_MAX]; } moved[PENDING];
static int waiting;

static int watched(const char *path) {
    const char *root = getenv("WATCHED");
    return root && !strncmp(path, root, strlen(root));
}

static void shadow(char *out, const char *path) {
    snprintf(out, PATH_MAX, "%s%s", getenv("SURVIVES"), path);
}

static void parents(const char *path) {
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *at = part + 1; (at = strchr(at, '/')); *at++ = '/') {
        *at = 0;
        mkdir(part, 0777);
    }
}

/* What was made again is not removed any more. */
static void remake(const char *path) {
    for (int at = 0; at < waiting; at++)
        if (!moved[at].to[0] && !strcmp(moved[at].from, path)) moved[at].from[0] = 0;
}

static void copy(int from, const char *path) {
    char to[PATH_MAX], block[1 << 16];
    remake(path);
    shadow(to, path);
    parents(to);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ssize_t got;
    for (off_t at = 0; (got = pread(from, block, sizeof block, at)) > 0; at += got)
        if (write(out, block, got) != got) abort();
    close(out);
}

static int within(const char *path, const char *folder) {
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    return slash && strlen(folder) == length && !strncmp(path, folder, length);
}

static void apply(const char *folder) {
    int (*move)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
    int (*removal)(const char *) = dlsym(RTLD_NEXT, "unlink");
    for (int at = 0; at < waiting; at++) {
        char from[PATH_MAX], to[PATH_MAX];
        const char *name = moved[at].to[0] ? moved[at].to : moved[at].from;
        if (!moved[at].from[0] || !within(name, folder)) continue;
        shadow(from, moved[at].from);
        shadow(to, moved[at].to);
        parents(from);
        if (moved[at].to[0]) {
            parents(to);
            move(from, to);
        } else {
            removal(from);
        }
        moved[at].from[0] = 0;
    }
}

static void synced(int fd) {
    char link[64], path[PATH_MAX];
    struct stat about;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    if (!watched(path) || fstat(fd, &about)) return;
    if (S_ISDIR(about.st_mode)) { apply(path); return; }
    char again[80];
    snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
    int readable = open(again, O_RDONLY);
    if (readable < 0) return;
    copy(readable, path);
    close(readable);
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    int result = real(fd);
    if (!result) synced(fd);
    return result;
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int result = real(fd);
    if (!result) synced(fd);
    return result;
}

static void later(const char *from, const char *to) {
    if (waiting == PENDING) abort();
    snprintf(moved[waiting].from, PATH_MAX, "%s", from);
    snprintf(moved[waiting++].to, PATH_MAX, "%s", to);
}

int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
    int result = real(from, to);
    if (!result && watched(to)) later(from, to);
    return result;
}

int unlink(const char *path) {
    int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
    int result = real(path);
    if (!result && watched(path)) later(path, "");
    return result;
}
