package socketserver.tls;

/// What a server wants of its clients' certificates.
public enum ClientCertificates {
    /// It asks for none.
    IGNORED,
    /// It asks for one; a client that shows none is served, one that shows a bad one is not.
    WANTED,
    /// It serves none without.
    REQUIRED
}
