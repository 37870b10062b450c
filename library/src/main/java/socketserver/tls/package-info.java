/// What connections are encrypted with: certificates, and whose a server trusts.
package socketserver.tls;
