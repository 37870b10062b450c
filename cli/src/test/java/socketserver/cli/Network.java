package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;

/// Where the programs of a [Fleet] are.
enum Network {
    /// All of them on the loopback interface of this machine.
    LOOPBACK {
        @Override
        String host(String node) {
            return "127.0.0.1";
        }

        @Override
        List<String> inside(String node) {
            return List.of();
        }
    },
    /// Each in a network namespace of its own, and a bridge between them: as on machines of their
    /// own. Whoever uses this has to be started by [#OF_THEIR_OWN].
    OWN {
        @Override
        String host(String node) {
            return "192.0.2." + (1 + NODES.indexOf(node));
        }

        @Override
        List<String> inside(String node) {
            return List.of("nsenter", "--net=/run/netns/" + node);
        }
    };

    static final String PROXY = "proxy";
    static final List<String> NODES = List.of(PROXY, "a", "b", "c");

    /// Makes the networks and becomes the program that follows; they end with it, and so does what
    /// it has started.
    static final List<String> OF_THEIR_OWN =
            List.of(
                    "unshare",
                    "--user",
                    "--map-root-user",
                    "--net",
                    "--mount",
                    "--mount-proc",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "sh",
                    "-ec",
                    """
                    mount -t tmpfs tmpfs /run
                    ip link set lo up
                    ip link add name hub type bridge
                    ip address add 192.0.2.254/24 dev hub
                    ip link set hub up
                    host=1
                    for node in %s; do
                        ip netns add $node
                        ip link add name to-$node type veth peer name eth0 netns $node
                        ip link set to-$node master hub up
                        ip -n $node link set lo up
                        ip -n $node address add 192.0.2.$host/24 dev eth0
                        ip -n $node link set eth0 up
                        host=$((host + 1))
                    done
                    exec "$@"
                    """
                            .formatted(String.join(" ", NODES)),
                    "sh");

    /// {@return the address of a node}
    abstract String host(String node);

    /// {@return what starts a program there, which follows}
    abstract List<String> inside(String node);

    /// Lets nothing come from that node, and nothing go there.
    void cut(String node) throws IOException, InterruptedException {
        assertThat(this).isEqualTo(OWN);
        Process cut =
                new ProcessBuilder("ip", "link", "set", "to-" + node, "down").inheritIO().start();
        assertThat(cut.waitFor()).isZero();
    }
}
