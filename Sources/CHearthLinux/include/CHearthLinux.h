// The Linux calls that Swift's Glibc overlay does not offer: variadic ones, macros, and newer system calls.
// Each returns what the call returns; errno is set as the call sets it.
#ifndef CHEARTHLINUX_H
#define CHEARTHLINUX_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/un.h>

/// errno, as a function: the macro is not imported.
int hearth_errno(void);

/// open(2) with a mode: the C function is variadic.
int hearth_open(const char *path, int flags, mode_t mode);
/// openat(2) with a mode.
int hearth_openat(int directory, const char *path, int flags, mode_t mode);
/// openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS: nothing outside `directory` can be reached.
int hearth_open_beneath(int directory, const char *path, int flags, mode_t mode);
/// renameat2(2) with RENAME_NOREPLACE: fails with EEXIST where plain rename would overwrite.
int hearth_rename_noreplace(int old_directory, const char *old_path, int new_directory, const char *new_path);

/// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC.
int hearth_accept_nonblocking(int listener);
/// The peer of a connected Unix socket as the kernel recorded it at connect(2) (SO_PEERCRED); -1 on failure.
int hearth_peer_credentials(int socket, int32_t *pid, uint32_t *uid, uint32_t *gid);
/// The supplementary groups of that peer (SO_PEERGROUPS). `count` holds how many there is room for, and afterwards how many there are;
/// -1 with ERANGE when there is not room for all, with ENOPROTOOPT when the kernel cannot tell.
int hearth_peer_groups(int socket, uint32_t *groups, uint32_t *count);

/// getsockopt(2) of a number at SOL_SOCKET: SO_TYPE, SO_DOMAIN, SO_ACCEPTCONN.
int hearth_socket_option(int socket, int option, int *value);
/// Sets O_NONBLOCK and FD_CLOEXEC on a socket that somebody else opened.
int hearth_prepare_listener(int socket);
/// Sets FD_CLOEXEC.
int hearth_close_on_exec(int descriptor);

/// recv(2) and send(2) with MSG_DONTWAIT | MSG_NOSIGNAL.
ssize_t hearth_receive_now(int socket, void *buffer, size_t count);
ssize_t hearth_send_now(int socket, const void *buffer, size_t count);
/// send(2) with MSG_NOSIGNAL; waits.
ssize_t hearth_send(int socket, const void *buffer, size_t count);

/// epoll_ctl(2) with a 64-bit token as the event's data.
int hearth_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
/// The token and the ready events of `events[index]`: the C struct is packed.
uint64_t hearth_epoll_token(const struct epoll_event *events, int index);
uint32_t hearth_epoll_events(const struct epoll_event *events, int index);

/// Names the calling thread (15 bytes at most), for top, perf and gdb.
int hearth_name_thread(const char *name);
/// Processors that this process may run on (taskset, cpusets); those online when that is not known.
int hearth_processor_count(void);

/// Adds to the nice value of the calling thread alone; -1 on failure.
int hearth_nice_thread(int increment);
/// One pause for a loop that polls memory.
void hearth_spin_hint(void);

#endif
