// The half of OpenSSL that knows no TLS: digests and codes of authentication.
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
