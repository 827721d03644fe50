#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace versori::api::certificates {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

struct Identity {
    Key key;
    Certificate certificate;

    std::string key_pem() const {
        std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
        PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        return text(out.get());
    }

    std::string certificate_pem() const {
        std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
        PEM_write_bio_X509(out.get(), certificate.get());
        return text(out.get());
    }

private:
    static std::string text(BIO* from) {
        char* data = nullptr;
        long size = BIO_get_mem_data(from, &data);
        return std::string(data, static_cast<std::size_t>(size));
    }
};

struct Wish {
    std::string name;            // common name
    std::string hosts = {};      // subjectAltName as OpenSSL's configuration writes it; empty: none
    const Identity* issuer = {}; // null: self-signed
    bool authority = false;
    int begins_in_days = -30;
    int ends_in_days = 30;
};

inline void extend(X509* to, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), &X509_EXTENSION_free);
    if (!extension || X509_add_ext(to, extension.get(), -1) != 1)
        throw std::runtime_error("no extension " + value);
}

inline Identity make(const Wish& wish) {
    static long serial = 1;
    Identity made{Key(EVP_EC_gen("P-256"), EVP_PKEY_free), Certificate(X509_new(), X509_free)};
    auto* certificate = made.certificate.get();
    auto* issuer = wish.issuer ? wish.issuer->certificate.get() : certificate;
    auto* signing_key = wish.issuer ? wish.issuer->key.get() : made.key.get();
    constexpr long day = 24 * 60 * 60;

    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wish.begins_in_days * day);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wish.ends_in_days * day);
    X509_set_pubkey(certificate, made.key.get());
    auto* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    extend(certificate, issuer, NID_basic_constraints, wish.authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (!wish.hosts.empty())
        extend(certificate, issuer, NID_subject_alt_name, wish.hosts);
    if (X509_sign(certificate, signing_key, EVP_sha256()) == 0)
        throw std::runtime_error("not signed");
    return made;
}

// A file that goes with the object.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content) {
        int file = ::mkstemp(path_.data());
        if (file < 0)
            throw std::runtime_error("no temporary file");
        ::close(file);
        std::ofstream(path_) << content;
    }
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/versori-mirror-test-XXXXXX";
};

} // namespace versori::api::certificates
