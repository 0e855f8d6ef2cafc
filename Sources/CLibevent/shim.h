// libevent's event core and listener. The two system headers come first: beside Foundation's module maps, libevent's own
// includes of them would be attributed to the wrong module.
#pragma once
#include <sys/types.h>
#include <sys/select.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <event2/util.h>
