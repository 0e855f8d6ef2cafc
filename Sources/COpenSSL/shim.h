// OpenSSL's TLS. The functions below stand for macros that Swift cannot see.
#pragma once
#include <sys/types.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline int tls_require_version_1_2(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// Writes may be partial and may be retried from another address; idle sessions keep no buffers.
static inline void tls_set_modes(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

static inline void tls_set_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

/// For a server: a request tells its own length, and many clients go without a farewell.
static inline void tls_accept_bare_end(SSL_CTX *context) { SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF); }

/// Certificate, key and chain of one side, for another with the same.
static inline int tls_copy_identity(SSL_CTX *from, SSL_CTX *to) {
    STACK_OF(X509) *chain = NULL;
    return SSL_CTX_get0_chain_certs(from, &chain) == 1 && SSL_CTX_use_certificate(to, SSL_CTX_get0_certificate(from)) == 1
        && SSL_CTX_use_PrivateKey(to, SSL_CTX_get0_privatekey(from)) == 1 && (chain == NULL || SSL_CTX_set1_chain(to, chain) == 1);
}

/// As much as there is comes off the socket at once, not a record's head and then its rest.
static inline void tls_read_ahead(SSL_CTX *context) { SSL_CTX_set_read_ahead(context, 1); }

/// Sessions are resumed by tickets, which cost no memory here.
static inline void tls_keep_no_sessions(SSL_CTX *context) { SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); }

static inline long tls_set_server_name(SSL *session, const char *name) { return SSL_set_tlsext_host_name(session, name); }

/// What the last failed call of this thread ran into, as a number of the library for certificates; 0 for anything else.
static inline int tls_last_x509_reason(void) {
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_X509 ? ERR_GET_REASON(error) : 0;
}
