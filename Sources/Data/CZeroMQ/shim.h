// The part of ZeroMQ that Sockets uses, declared here so that the program is built where there is
// none: the functions are weak, and a program that was linked without them asks
// `czmq_is_linked` first. ZeroMQ keeps them as they are since 4.0. No stable API: only Sockets
// may import this module.
#pragma once
#include <stddef.h>
#include <stdint.h>

// `zmq_msg_t`: 64 bytes, aligned as a pointer.
typedef struct {
  _Alignas(void *) unsigned char bytes[64];
} czmq_message;

#pragma weak zmq_ctx_new
#pragma weak zmq_ctx_term
#pragma weak zmq_socket
#pragma weak zmq_close
#pragma weak zmq_setsockopt
#pragma weak zmq_getsockopt
#pragma weak zmq_bind
#pragma weak zmq_connect
#pragma weak zmq_msg_init
#pragma weak zmq_msg_recv
#pragma weak zmq_msg_data
#pragma weak zmq_msg_size
#pragma weak zmq_msg_more
#pragma weak zmq_msg_close
#pragma weak zmq_send
#pragma weak zmq_errno
#pragma weak zmq_strerror

void *zmq_ctx_new(void);
int zmq_ctx_term(void *context);
void *zmq_socket(void *context, int type);
int zmq_close(void *socket);
int zmq_setsockopt(void *socket, int option, const void *value, size_t length);
int zmq_getsockopt(void *socket, int option, void *value, size_t *length);
int zmq_bind(void *socket, const char *endpoint);
int zmq_connect(void *socket, const char *endpoint);
int zmq_msg_init(czmq_message *message);
int zmq_msg_recv(czmq_message *message, void *socket, int flags);
void *zmq_msg_data(czmq_message *message);
size_t zmq_msg_size(const czmq_message *message);
int zmq_msg_more(const czmq_message *message);
int zmq_msg_close(czmq_message *message);
int zmq_send(void *socket, const void *buffer, size_t length, int flags);
int zmq_errno(void);
const char *zmq_strerror(int error);

// Values of zmq.h.
enum {
  CZMQ_PUB = 1,
  CZMQ_SUB = 2,
  CZMQ_REP = 4,
  CZMQ_PULL = 7,
  CZMQ_PUSH = 8,
  CZMQ_SUBSCRIBE = 6,
  CZMQ_LINGER = 17,
  CZMQ_MAXMSGSIZE = 22,
  CZMQ_SNDHWM = 23,
  CZMQ_RCVHWM = 24,
  CZMQ_RCVTIMEO = 27,
  CZMQ_LAST_ENDPOINT = 32,
  CZMQ_DONTWAIT = 1,
  CZMQ_SNDMORE = 2
};

// Whether the program was linked with ZeroMQ.
static inline int czmq_is_linked(void) { return zmq_ctx_new != 0; }
