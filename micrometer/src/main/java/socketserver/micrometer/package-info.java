/// Metrics of socket servers: [socketserver.micrometer.ServerMetrics] binds a server, or a group of
/// them, to a registry of Micrometer.
package socketserver.micrometer;
