/// Who runs a handler: the serving thread, another thread, a pool.
package socketserver.concurrency;
