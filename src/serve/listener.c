// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See listener.h. Deadlines are for the whole of a head or a body, not for the next byte: sending one byte
// every few seconds gains nothing.
#include "serve/listener.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEAD_MS = 10000,
    BODY_MS = 30000,
    WRITE_MS = 30000, // without the other side taking a byte
    LINGER_MS = 1000, // to take what we do not want, so that our answer is not thrown away with it
    LINGER_BYTES = 4 << 20,
    PORT_TRIES = 20,
};

// On every answer. The page loads what came with the program and nothing else; it cannot be framed, and what
// it shows cannot become script.
static const char LOCKS[] = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src "
                            "'self' data:; font-src 'self'; "
                            "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; "
                            "require-trusted-types-for 'script'\r\n"
                            "X-Content-Type-Options: nosniff\r\n"
                            "X-Frame-Options: DENY\r\n"
                            "Referrer-Policy: no-referrer\r\n"
                            "Cross-Origin-Opener-Policy: same-origin\r\n"
                            "Cross-Origin-Resource-Policy: same-origin\r\n"
                            "Cross-Origin-Embedder-Policy: require-corp\r\n"
                            "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n"
                            "Cache-Control: no-store\r\n"
                            "Connection: close\r\n";

struct listener {
    int fds[2]; // 127.0.0.1, [::1]; -1: not open
    int wake;
    uint16_t port;
    struct listener_rooms rooms;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    int open[LIMIT_HTTP_CONNECTIONS]; // -1: free
    size_t open_n;
};

struct visitor {
    struct listener *listener;
    size_t slot;
    int fd;
};

static int64_t now_ms(void) {
    return clock_steady() / 1000;
}

// ---- Writing ----

static bool send_all(struct exchange *x, struct str bytes) {
    while (bytes.n && !x->broken) {
        ssize_t n = send(x->fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            bytes = str_skip(bytes, (size_t)n);
            continue;
        }
        struct pollfd ready = {.fd = x->fd, .events = POLLOUT};
        if (errno != EINTR)
            x->broken = errno != EAGAIN || poll(&ready, 1, WRITE_MS) <= 0;
    }
    return !x->broken;
}

static void add_head(struct buffer *b, int status, const char *type, const char *more) {
    buffer_print(b, "HTTP/1.1 %d %s\r\n%s", status, http_reason(status), LOCKS);
    if (type)
        buffer_print(b, "Content-Type: %s\r\n", type);
    if (more)
        buffer_add(b, str_of(more));
}

void exchange_answer(struct exchange *x, int status, const char *type, const char *more, struct str body) {
    struct buffer head = {0};
    if (x->begun)
        return;
    x->begun = true;
    add_head(&head, status, type, more);
    if (status != 204)
        buffer_print(&head, "Content-Length: %zu\r\n", body.n);
    buffer_add(&head, S("\r\n"));
    if (send_all(x, buffer_str(&head)))
        send_all(x, body);
    buffer_done(&head);
}

bool exchange_begin(struct exchange *x, const char *type, const char *more) {
    struct buffer head = {0};
    x->begun = true;
    add_head(&head, 200, type, more);
    buffer_add(&head, S("Transfer-Encoding: chunked\r\n\r\n"));
    send_all(x, buffer_str(&head));
    buffer_done(&head);
    return !x->broken;
}

bool exchange_write(struct exchange *x, struct str bytes) {
    char size[24];
    if (bytes.n == 0)
        return !x->broken;
    size_t n = (size_t)snprintf(size, sizeof size, "%zx\r\n", bytes.n);
    return send_all(x, (struct str){size, n}) && send_all(x, bytes) && send_all(x, S("\r\n"));
}

void exchange_end(struct exchange *x) {
    send_all(x, S("0\r\n\r\n"));
}

bool exchange_left(const struct exchange *x) {
    struct pollfd p = {.fd = x->fd, .events = POLLRDHUP};
    return x->broken || poll(&p, 1, 0) != 0;
}

// ---- Reading ----

// Waits for bytes until `deadline`, appends what comes. False at the end of patience or of the stream.
static bool receive(int fd, struct buffer *b, size_t most, int64_t deadline) {
    while (true) {
        int64_t left = deadline - now_ms();
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (left <= 0 || (poll(&ready, 1, (int)left) < 0 && errno != EINTR))
            return false;
        ssize_t n = recv(fd, buffer_room(b, most), most, MSG_DONTWAIT);
        if (n > 0)
            b->n += (size_t)n;
        if (n >= 0 || (errno != EAGAIN && errno != EINTR))
            return n > 0;
    }
}

// 0 with all of the head in `b` (and perhaps more), -1 when there is nobody to answer, or a status.
static int read_head(int fd, struct buffer *b, size_t *ret_n) {
    int64_t deadline = now_ms() + HEAD_MS;
    while ((*ret_n = http_head_size(buffer_str(b))) == 0) {
        if (b->n >= LIMIT_HTTP_HEADER_BYTES)
            return 431;
        if (!receive(fd, b, LIMIT_HTTP_HEADER_BYTES - b->n, deadline))
            return b->n && now_ms() >= deadline ? 408 : -1;
    }
    return 0;
}

static int read_body(int fd, struct buffer *b, size_t head, size_t body) {
    int64_t deadline = now_ms() + BODY_MS;
    while (b->n < head + body)
        if (!receive(fd, b, head + body - b->n, deadline))
            return now_ms() >= deadline ? 408 : -1;
    return 0;
}

static void serve_one(struct listener *l, int fd) {
    struct buffer bytes = {0};
    struct http_request request = {0};
    struct exchange x = {.request = &request, .fd = fd};
    size_t head;
    int status = read_head(fd, &bytes, &head);
    // The head moves when the buffer grows, so room for the body is made before slices are cut.
    buffer_room(&bytes, LIMIT_HTTP_BODY + 1);
    if (status == 0)
        status = http_parse((struct str){bytes.p, head}, &request);
    if (status == 0)
        status = l->rooms.admit(l->rooms.context, &request);
    if (status == 0)
        status = read_body(fd, &bytes, head, request.body);
    if (status == 0) {
        x.body = (struct str){bytes.p + head, request.body};
        l->rooms.handle(l->rooms.context, &x);
        status = 500;
    }
    if (status > 0 && !x.begun)
        l->rooms.refuse(l->rooms.context, &x, status);
    buffer_done(&bytes);
}

// Closing with bytes unread would make the kernel throw our answer away.
static void close_gently(int fd) {
    static _Thread_local char waste[16384];
    int64_t deadline = now_ms() + LINGER_MS;
    size_t taken = 0;
    shutdown(fd, SHUT_WR);
    while (taken < LINGER_BYTES) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - now_ms();
        if (left <= 0 || poll(&ready, 1, (int)left) <= 0)
            break;
        ssize_t n = recv(fd, waste, sizeof waste, MSG_DONTWAIT);
        if (n <= 0)
            break;
        taken += (size_t)n;
    }
}

// ---- Connections ----

// The slot stays ours until the socket is closed, so listener_stop() never cuts a number used again.
static void leave(struct visitor *v) {
    pthread_mutex_lock(&v->listener->lock);
    v->listener->open[v->slot] = -1;
    close(v->fd);
    if (--v->listener->open_n == 0)
        pthread_cond_broadcast(&v->listener->idle);
    pthread_mutex_unlock(&v->listener->lock);
    free(v);
}

static void *run_visitor(void *p) {
    struct visitor *v = p;
    serve_one(v->listener, v->fd);
    close_gently(v->fd);
    leave(v);
    return NULL;
}

static struct visitor *enter(struct listener *l, int fd) {
    struct visitor *v = NULL;
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS && !v; i++)
        if (l->open[i] < 0) {
            l->open[i] = fd;
            l->open_n++;
            v = must_zero(1, sizeof *v);
            *v = (struct visitor){l, i, fd};
        }
    pthread_mutex_unlock(&l->lock);
    return v;
}

static void turn_away(struct listener *l, int fd) {
    struct http_request none = {0};
    struct exchange x = {.request = &none, .fd = fd};
    l->rooms.refuse(l->rooms.context, &x, 503);
    close(fd);
}

static void accept_one(struct listener *l, int listening) {
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            poll(NULL, 0, 50); // whoever waits still does; others may end meanwhile
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct visitor *v = enter(l, fd);
    if (!v) {
        turn_away(l, fd);
        return;
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_visitor, v) == 0)
        pthread_detach(thread);
    else
        leave(v);
}

static void *run_listener(void *p) {
    struct listener *l = p;
    struct pollfd fds[3] = {
        {.fd = l->wake, .events = POLLIN}, {.fd = l->fds[0], .events = POLLIN}, {.fd = l->fds[1], .events = POLLIN}};
    while (poll(fds, 3, -1) >= 0 || errno == EINTR) {
        if (fds[0].revents)
            break;
        for (size_t i = 1; i < 3; i++)
            if (fds[i].revents)
                accept_one(l, fds[i].fd);
    }
    return NULL;
}

// ---- Opening ----

static int listen_on(const struct sockaddr *address, socklen_t n) {
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (address->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, sizeof(int));
    if (bind(fd, address, n) == 0 && listen(fd, 128) == 0)
        return fd;
    int sys = errno;
    close(fd);
    errno = sys;
    return -1;
}

static int listen_v4(uint16_t port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return listen_on((const struct sockaddr *)&a, sizeof a);
}

static int listen_v6(uint16_t port) {
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    return listen_on((const struct sockaddr *)&a, sizeof a);
}

static uint16_t port_of(int fd) {
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &n) < 0)
        return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
                                         : ((struct sockaddr_in *)&a)->sin_port);
}

// Both with one port. Where there is no IPv6, one is enough; where somebody else holds the port there, a
// browser that tries [::1] first would talk to them, so another port is taken.
static bool open_both(struct listener *l, uint16_t port) {
    for (int tries = 0; tries < PORT_TRIES; tries++) {
        l->fds[0] = listen_v4(port);
        if (l->fds[0] < 0)
            return false;
        l->fds[1] = listen_v6(port_of(l->fds[0]));
        if (l->fds[1] >= 0 || errno != EADDRINUSE)
            return true;
        close(l->fds[0]);
        l->fds[0] = -1;
        if (port)
            break;
    }
    errno = EADDRINUSE;
    return false;
}

static enum status open_sockets(struct listener *l, const char *bind, uint16_t port, struct error *error) {
    bool fine;
    if (!bind || strcmp(bind, "localhost") == 0)
        fine = open_both(l, port);
    else if (strcmp(bind, "127.0.0.1") == 0)
        fine = (l->fds[0] = listen_v4(port)) >= 0;
    else if (strcmp(bind, "::1") == 0)
        fine = (l->fds[1] = listen_v6(port)) >= 0;
    else
        return error_set(error, FAIL, 0,
                         "refusing to listen on '%s': a case is shown on this machine only (127.0.0.1 or ::1)", bind);
    int sys = errno;
    if (!fine && sys == EADDRINUSE)
        return error_set(error, FAIL, sys, "port %u is taken; choose another with --port, or none for a free one",
                         port);
    if (!fine)
        return error_set(error, FAIL, sys, "cannot listen on port %u: %s", port, strerror(sys));
    l->port = port_of(l->fds[0] >= 0 ? l->fds[0] : l->fds[1]);
    return OK;
}

enum status listener_open(const char *bind, uint16_t port, struct listener **ret, struct error *error) {
    struct listener *l = must_zero(1, sizeof *l);
    l->fds[0] = l->fds[1] = -1;
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++)
        l->open[i] = -1;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->idle, NULL);
    l->wake = eventfd(0, EFD_CLOEXEC);
    enum status status = open_sockets(l, bind, port, error);
    if (status != OK) {
        listener_stop(l);
        return status;
    }
    *ret = l;
    return OK;
}

uint16_t listener_port(const struct listener *l) {
    return l->port;
}

bool listener_is_v6_only(const struct listener *l) {
    return l->fds[0] < 0;
}

enum status listener_run(struct listener *l, const struct listener_rooms *rooms, struct error *error) {
    l->rooms = *rooms;
    int sys = pthread_create(&l->thread, NULL, run_listener, l);
    if (sys)
        return error_set(error, FAIL, sys, "cannot start a thread: %s", strerror(sys));
    l->running = true;
    return OK;
}

void listener_stop(struct listener *l) {
    if (!l)
        return;
    if (l->running) {
        eventfd_write(l->wake, 1);
        pthread_join(l->thread, NULL);
    }
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++)
        if (l->open[i] >= 0)
            shutdown(l->open[i], SHUT_RDWR);
    while (l->open_n)
        pthread_cond_wait(&l->idle, &l->lock);
    pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; i < 2; i++)
        if (l->fds[i] >= 0)
            close(l->fds[i]);
    close(l->wake);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->idle);
    free(l);
}
