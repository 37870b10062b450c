/// Who runs a handler: the serving thread, another thread, a pool, another process, or a loop for
/// all.
package socketserver.concurrency;
