package socketserver;

import socketserver.concurrency.ConcurrencyModel;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The concurrency models that the contract is checked for. A further model is one more constant.
enum Model {
    SYNCHRONOUS("synchronous", 1) {
        @Override
        Running start() {
            return new Running(ConcurrencyModel.synchronous(), () -> {});
        }
    },
    THREADING("threading", Integer.MAX_VALUE) {
        @Override
        Running start() {
            return new Running(ConcurrencyModel.threading(), () -> {});
        }
    },
    POOL("pool of 4", 4) {
        @Override
        Running start() {
            ExecutorService pool =
                    Executors.newFixedThreadPool(
                            4, Thread.ofPlatform().name("contract-pool-", 1).factory());
            return new Running(ConcurrencyModel.on(pool), pool::close);
        }
    };

    private final String description;
    private final int atOnce;

    Model(String description, int atOnce) {
        this.description = description;
        this.atOnce = atOnce;
    }

    /// A model at work, and how to end what it needs.
    record Running(ConcurrencyModel model, Runnable end) {}

    abstract Running start();

    /// {@return how many handlers run at the same time, at most}
    int atOnce() {
        return atOnce;
    }

    @Override
    public String toString() {
        return description;
    }
}
