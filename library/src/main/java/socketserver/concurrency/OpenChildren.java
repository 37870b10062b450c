package socketserver.concurrency;

import socketserver.request.Server;

import java.io.IOException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/// The children of all servers of this process that are open: a server has some for each settings
/// by which its requests were given to processes.
final class OpenChildren {
    // Guarded by this class.
    private static final IdentityHashMap<Server, Map<ChildSettings, Children>> ALL =
            new IdentityHashMap<>();

    private OpenChildren() {}

    /// {@return the children of that server with those settings}
    ///
    /// @throws UnsupportedOperationException if this process has no linux engine
    static Children of(Server server, ChildSettings settings) throws IOException {
        synchronized (OpenChildren.class) {
            Map<ChildSettings, Children> ofServer =
                    ALL.computeIfAbsent(server, _ -> new HashMap<>());
            Children children = ofServer.get(settings);
            if (children == null) {
                children = new Children(settings);
                ofServer.put(settings, children);
            }
            return children;
        }
    }

    /// Lets all children of a server go that wait, and the others when they are done.
    static void letGo(Server server) {
        Map<ChildSettings, Children> ofServer;
        synchronized (OpenChildren.class) {
            ofServer = ALL.remove(server);
        }
        if (ofServer != null) {
            ofServer.values().forEach(Children::letGo);
        }
    }
}
