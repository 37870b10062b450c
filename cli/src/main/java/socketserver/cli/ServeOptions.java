package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.ServerOptions;
import socketserver.concurrency.ConcurrencyModel;

import java.time.Duration;
import java.util.List;

/// What `serve` was asked to do.
///
/// @param endpoints where to listen, at least one
/// @param modelName the name of what runs the handlers
/// @param model what runs the handlers
/// @param builtIn the service that comes with the command
/// @param exec the command that serves instead, or null
/// @param className the class that serves instead, or null
/// @param classPath where that class is
/// @param source the file whose class serves instead, or null
/// @param server the settings of each server
/// @param drain how long a stop waits for the live requests
/// @param unready how much of that clients are still taken, though `/healthz` says no
/// @param upgrade how long a new process may take until it serves
/// @param status where the status page is to be, or null for none
record ServeOptions(
        List<Endpoint> endpoints,
        String modelName,
        ConcurrencyModel model,
        BuiltIn builtIn,
        @Nullable List<String> exec,
        @Nullable String className,
        String classPath,
        @Nullable String source,
        ServerOptions server,
        Duration drain,
        Duration unready,
        Duration upgrade,
        @Nullable StatusOptions status) {}
