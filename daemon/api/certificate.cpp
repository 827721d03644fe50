#include "daemon/api/certificate.hpp"

#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <cstdio>
#include <ctime>
#include <memory>

namespace versori::api {
namespace {

constexpr std::size_t longest_name = 100;
constexpr int most_names = 3;

std::string printable(std::string text) {
    if (text.size() > longest_name)
        text.resize(longest_name);
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f)
            c = '?';
    return text;
}

std::string text_of(const ASN1_STRING* value) {
    auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(value));
    return printable(std::string(data, static_cast<std::size_t>(ASN1_STRING_length(value))));
}

std::string common_name(const X509_NAME* name) {
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at >= 0)
        return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    std::unique_ptr<char, void (*)(char*)> line(X509_NAME_oneline(name, nullptr, 0),
                                                [](char* p) { OPENSSL_free(p); });
    return line ? printable(line.get()) : "";
}

std::string day(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return "an unreadable date";
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
    return text;
}

std::string address_text(const ASN1_OCTET_STRING* address) {
    char text[INET6_ADDRSTRLEN] = "";
    int length = ASN1_STRING_length(address);
    if (length == 4 || length == 16)
        inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
    return text;
}

std::string names_of(const X509* certificate) {
    void* found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr);
    std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(static_cast<GENERAL_NAMES*>(found),
                                                                   GENERAL_NAMES_free);
    std::string text;
    int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0, listed = 0; i < count && listed < most_names; ++i) {
        auto* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DNS && name->type != GEN_IPADD)
            continue;
        auto one = name->type == GEN_DNS ? text_of(name->d.dNSName) : address_text(name->d.iPAddress);
        text += (listed++ ? ", " : "") + one;
    }
    return text;
}

std::string whose(const CertificateProblem& problem, const std::string& host) {
    if (problem.depth == 0)
        return "the certificate of " + host;
    return "the certificate " + problem.subject + " in the chain of " + host;
}

} // namespace

CertificateProblem problem_of(X509_STORE_CTX* context) {
    CertificateProblem problem;
    problem.code = X509_STORE_CTX_get_error(context);
    problem.depth = X509_STORE_CTX_get_error_depth(context);
    auto* certificate = X509_STORE_CTX_get_current_cert(context);
    if (!certificate)
        return problem;
    problem.subject = common_name(X509_get_subject_name(certificate));
    problem.issuer = common_name(X509_get_issuer_name(certificate));
    problem.begins = day(X509_get0_notBefore(certificate));
    problem.ends = day(X509_get0_notAfter(certificate));
    problem.names = names_of(certificate);
    return problem;
}

std::string certificate_sentence(const CertificateProblem& problem, const std::string& host) {
    auto who = whose(problem, host);
    switch (problem.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return who + " expired on " + problem.ends;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return who + " is not valid before " + problem.begins + " (check this machine's clock)";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return who + " is self-signed; platform.ca_file can name it as trusted";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return who + " comes from an unknown issuer (" + problem.issuer +
               "); platform.ca_file can name a trusted one";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return who + " is for another host (" + (problem.names.empty() ? problem.subject : problem.names) +
               ")";
    default:
        return who + " is not accepted: " + X509_verify_cert_error_string(problem.code);
    }
}

} // namespace versori::api
