// libevent's event core and listener. The system headers come first: beside Foundation's module maps, libevent's own
// includes of them would be attributed to the wrong module.
#pragma once
#include <sys/types.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <pthread.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <event2/util.h>

// The C library declares these for _GNU_SOURCE only, which Swift's importer does not define.
int accept4(int descriptor, struct sockaddr *restrict address, socklen_t *restrict length, int flags);
int memfd_create(const char *name, unsigned int flags);
int pthread_setname_np(pthread_t thread, const char *name);
