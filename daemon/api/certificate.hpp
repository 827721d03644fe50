#pragma once

#include <openssl/types.h>

#include <string>

namespace versori::api {

// Why a certificate was not accepted.
struct CertificateProblem {
    int code = 0;        // X509_V_ERR_…; 0: none
    int depth = 0;       // 0 is the server's own, then up the chain
    std::string subject; // its common name, or its whole subject
    std::string issuer;  // likewise
    std::string begins;  // YYYY-MM-DD
    std::string ends;    // likewise
    std::string names;   // the hosts it is for: up to three, by commas
};

// What OpenSSL's verification stands at, to be called in its callback.
CertificateProblem problem_of(X509_STORE_CTX*);

// A sentence without its end: what is wrong with the certificate of `host`, and what to do where anything can
// be done.
std::string certificate_sentence(const CertificateProblem&, const std::string& host);

} // namespace versori::api
