#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

// curl_easy_setopt and curl_easy_getinfo are variadic macros, which Swift cannot call: one function per kind of argument.

static inline CURLcode hearth_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode hearth_curl_set_number(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode hearth_curl_set_headers(CURL *handle, struct curl_slist *headers) {
    return (curl_easy_setopt)(handle, CURLOPT_HTTPHEADER, headers);
}

// The bytes are not copied: they must live until the transfer has ended. Without any, an empty body is sent: libcurl
// would read standard input.
static inline CURLcode hearth_curl_set_body(CURL *handle, const void *bytes, size_t count) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code == CURLE_OK ? (curl_easy_setopt)(handle, CURLOPT_POSTFIELDS, bytes ? (const char *)bytes : "") : code;
}

// Room of CURL_ERROR_SIZE bytes for libcurl's own words; must live until the transfer has ended.
static inline CURLcode hearth_curl_set_error_text(CURL *handle, char *text) {
    return (curl_easy_setopt)(handle, CURLOPT_ERRORBUFFER, text);
}

typedef size_t (*hearth_curl_write)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode hearth_curl_set_write(CURL *handle, hearth_curl_write write, void *context) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_WRITEFUNCTION, write);
    return code == CURLE_OK ? (curl_easy_setopt)(handle, CURLOPT_WRITEDATA, context) : code;
}

typedef int (*hearth_curl_progress)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

// Called at least once a second; what is not 0 ends the transfer.
static inline CURLcode hearth_curl_set_progress(CURL *handle, hearth_curl_progress progress, void *context) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_XFERINFOFUNCTION, progress);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_XFERINFODATA, context);
    return code == CURLE_OK ? (curl_easy_setopt)(handle, CURLOPT_NOPROGRESS, 0L) : code;
}

// The status of the reply whose body is being received; 0 before there is one.
static inline long hearth_curl_status(CURL *handle) {
    long status = 0;
    return (curl_easy_getinfo)(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

// Runs the transfer. Libraries below libcurl may write to a connection that the other end has closed: the signal that
// comes of it is kept from this thread and taken away, because it would end the process.
static inline CURLcode hearth_curl_perform(CURL *handle) {
    sigset_t pipe, before, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    int was_pending = sigismember(&pending, SIGPIPE);
    int is_blocked = pthread_sigmask(SIG_BLOCK, &pipe, &before) == 0;
    CURLcode code = curl_easy_perform(handle);
    if (is_blocked) {
        struct timespec none = {0, 0};
        if (!was_pending) {
            while (sigtimedwait(&pipe, NULL, &none) > 0) {}
        }
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    return code;
}
