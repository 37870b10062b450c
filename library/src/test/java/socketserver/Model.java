package socketserver;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.ForkingModel;

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
    },
    SELECTOR("selector", Integer.MAX_VALUE) {
        @Override
        Running start() {
            return new Running(ConcurrencyModel.selector(), () -> {});
        }
    },
    FORKING("forking", ForkingModel.DEFAULT_MAX_CHILDREN) {
        @Override
        Running start() {
            // What a fresh process for each request costs, a burst of clients would wait for.
            return new Running(
                    ConcurrencyModel.forking().withRequestsPerChild(Integer.MAX_VALUE), () -> {});
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

    /// {@return how many processes close a request that was handled, each its own copy of it}
    int copies() {
        return this == FORKING ? 2 : 1;
    }

    /// {@return how many handlers run at the same time, at most}
    int atOnce() {
        return atOnce;
    }

    @Override
    public String toString() {
        return description;
    }
}
