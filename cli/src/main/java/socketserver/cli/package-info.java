/// The command `socketserver`: its arguments, what it serves, and how it stops.
package socketserver.cli;
