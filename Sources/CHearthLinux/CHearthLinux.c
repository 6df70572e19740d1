#define _GNU_SOURCE
#include "CHearthLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int hearth_errno(void) { return errno; }

int hearth_open(const char *path, int flags, mode_t mode) { return open(path, flags | O_CLOEXEC, mode); }

int hearth_openat(int directory, const char *path, int flags, mode_t mode) {
    return openat(directory, path, flags | O_CLOEXEC, mode);
}

int hearth_open_beneath(int directory, const char *path, int flags, mode_t mode) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)(uint32_t)(flags | O_CLOEXEC);
    // openat2 refuses a mode where nothing can be created.
    how.mode = (flags & O_CREAT) ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int hearth_rename_noreplace(int old_directory, const char *old_path, int new_directory, const char *new_path) {
    return renameat2(old_directory, old_path, new_directory, new_path, RENAME_NOREPLACE);
}

int hearth_accept_nonblocking(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

int hearth_peer_credentials(int socket, int32_t *pid, uint32_t *uid, uint32_t *gid) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
    *pid = credentials.pid;
    *uid = credentials.uid;
    *gid = credentials.gid;
    return 0;
}

int hearth_peer_groups(int socket, uint32_t *groups, uint32_t *count) {
#ifdef SO_PEERGROUPS
    socklen_t length = *count * (socklen_t)sizeof(gid_t);
    int result = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length);
    *count = length / (socklen_t)sizeof(gid_t);
    return result;
#else
    errno = ENOPROTOOPT;
    return -1;
#endif
}

int hearth_socket_option(int socket, int option, int *value) {
    socklen_t length = sizeof *value;
    return getsockopt(socket, SOL_SOCKET, option, value, &length);
}

int hearth_prepare_listener(int socket) {
    int flags = fcntl(socket, F_GETFL);
    if (flags < 0 || fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0) return -1;
    return hearth_close_on_exec(socket);
}

int hearth_close_on_exec(int descriptor) {
    int flags = fcntl(descriptor, F_GETFD);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
}

ssize_t hearth_receive_now(int socket, void *buffer, size_t count) {
    return recv(socket, buffer, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t hearth_send_now(int socket, const void *buffer, size_t count) {
    return send(socket, buffer, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t hearth_send(int socket, const void *buffer, size_t count) { return send(socket, buffer, count, MSG_NOSIGNAL); }

int hearth_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.events = events;
    event.data.u64 = token;
    return epoll_ctl(epoll, operation, descriptor, &event);
}

uint64_t hearth_epoll_token(const struct epoll_event *events, int index) { return events[index].data.u64; }

uint32_t hearth_epoll_events(const struct epoll_event *events, int index) { return events[index].events; }

int hearth_name_thread(const char *name) {
    char shortened[16];
    snprintf(shortened, sizeof shortened, "%s", name);
    return pthread_setname_np(pthread_self(), shortened);
}

int hearth_processor_count(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int hearth_nice_thread(int increment) {
    // On Linux a nice value belongs to the thread when named by its thread id.
    id_t thread = (id_t)syscall(SYS_gettid);
    errno = 0;
    int now = getpriority(PRIO_PROCESS, thread);
    if (now == -1 && errno != 0) return -1;
    return setpriority(PRIO_PROCESS, thread, now + increment);
}

void hearth_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
