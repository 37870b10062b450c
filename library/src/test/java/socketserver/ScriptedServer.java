package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.BaseRequestHandler;
import socketserver.request.HandlerFactory;
import socketserver.request.StreamRequest;

import java.io.IOException;

/// A TCP server that notes the calls of its hooks and throws in them what a script says.
class ScriptedServer extends TcpServer {
    final Script script;
    private final ConcurrencyModel model;

    ScriptedServer(Script script, ConcurrencyModel model) throws IOException {
        this(script, model, () -> new Handler(script), ServerOptions.DEFAULT);
    }

    ScriptedServer(
            Script script,
            ConcurrencyModel model,
            HandlerFactory<StreamRequest> handlers,
            ServerOptions options)
            throws IOException {
        this.script = script;
        this.model = model;
        super(
                Peer.anyPort(),
                () -> {
                    script.call("create");
                    return handlers.create();
                },
                options);
    }

    /// A handler that answers a client with one line.
    static class Handler extends BaseRequestHandler<StreamRequest> {
        private final Script script;

        Handler(Script script) {
            this.script = script;
        }

        @Override
        protected void setup() throws Exception {
            script.call("setup");
        }

        @Override
        protected void handle() throws Exception {
            script.call("handle");
            request().output().writeLine("handled");
        }

        @Override
        protected void finish() throws Exception {
            script.call("finish");
        }
    }

    @Override
    public ConcurrencyModel concurrencyModel() {
        return model;
    }

    @Override
    public void serverBind() throws IOException {
        script.call("serverBind");
        super.serverBind();
    }

    @Override
    public void serverActivate() throws IOException {
        script.call("serverActivate");
        super.serverActivate();
    }

    @Override
    protected @Nullable StreamRequest getRequest() throws IOException {
        script.call("beforeGetRequest");
        StreamRequest request = super.getRequest();
        if (request != null) {
            script.call("getRequest");
        }
        return request;
    }

    @Override
    protected boolean verifyRequest(StreamRequest request) throws Exception {
        script.call("verifyRequest");
        return super.verifyRequest(request);
    }

    @Override
    protected void processRequest(StreamRequest request) throws Exception {
        script.call("processRequest");
        super.processRequest(request);
    }

    @Override
    protected void runRequest(StreamRequest request) {
        script.call("runRequest");
        super.runRequest(request);
    }

    @Override
    protected void finishRequest(StreamRequest request) throws Exception {
        script.call("finishRequest");
        super.finishRequest(request);
    }

    @Override
    protected void handleError(StreamRequest request, Throwable failure) {
        script.report(failure);
        script.call("handleError");
    }

    @Override
    protected void handleAcceptError(Throwable failure, int attempt) {
        script.call("handleAcceptError");
    }

    @Override
    protected void shutdownRequest(StreamRequest request) throws IOException {
        script.call("shutdownRequest");
        super.shutdownRequest(request);
    }

    @Override
    protected void closeRequest(StreamRequest request) throws IOException {
        script.call("closeRequest");
        super.closeRequest(request);
    }

    @Override
    protected void handleTimeout() throws Exception {
        script.call("handleTimeout");
    }

    @Override
    protected void serviceActions() throws Exception {
        script.call("serviceActions");
    }
}
