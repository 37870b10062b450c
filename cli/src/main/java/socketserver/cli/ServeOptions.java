package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.ServerOptions;
import socketserver.concurrency.ConcurrencyModel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
        @Nullable StatusOptions status) {
    /// {@return these options with what those have of the settings that can change while it serves}
    ServeOptions changed(ServeOptions read) {
        return new ServeOptions(
                endpoints,
                modelName,
                model,
                builtIn,
                exec,
                className,
                classPath,
                source,
                read.server.withTls(server.tls()),
                read.drain,
                read.unready,
                read.upgrade,
                status);
    }

    /// {@return the options that differ from those and cannot change while it serves}
    List<String> unchangeable(ServeOptions read) {
        List<String> names = new ArrayList<>();
        addIf(!texts().equals(read.texts()), "ADDRESS", names);
        addIf(!modelName.equals(read.modelName), "--model", names);
        addIf(builtIn != read.builtIn, "--handler", names);
        addIf(!Objects.equals(exec, read.exec), "--exec", names);
        addIf(!Objects.equals(className, read.className), "--class", names);
        addIf(!classPath.equals(read.classPath), "--classpath", names);
        addIf(!Objects.equals(source, read.source), "--source", names);
        addIf(!Objects.equals(status, read.status), "--status", names);
        addIf(!Objects.equals(server.tls(), read.server.tls()), "--tls-...", names);
        return names;
    }

    private List<String> texts() {
        return endpoints.stream().map(Endpoint::text).toList();
    }

    private static void addIf(boolean differs, String name, List<String> names) {
        if (differs) {
            names.add(name);
        }
    }
}
