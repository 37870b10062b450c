package socketserver.transport;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Objects;

/// A multicast group whose packets a socket takes. Two are equal if they name the same interface,
/// whatever addresses that has by now.
///
/// @param group its address
/// @param via the interface that its packets come in by
/// @param source the one sender whose packets are taken, or null for all
public record Membership(InetAddress group, NetworkInterface via, @Nullable InetAddress source) {
    /// Checks the addresses.
    ///
    /// @throws IllegalArgumentException if they are not those of a group and of one sender of its
    ///   family
    public Membership {
        Objects.requireNonNull(via, "via");
        if (!group.isMulticastAddress()) {
            throw new IllegalArgumentException(
                    "group (%s) must be a multicast address".formatted(group.getHostAddress()));
        }
        if (source != null
                && (source.isMulticastAddress()
                        || source.isAnyLocalAddress()
                        || !source.getClass().equals(group.getClass()))) {
            throw new IllegalArgumentException(
                    "source (%s) must be the address of one sender, of the family of group %s"
                            .formatted(source.getHostAddress(), group.getHostAddress()));
        }
    }

    boolean isIpv4() {
        return group instanceof Inet4Address;
    }

    /// {@return whether a socket cannot have both: all senders, and one of them}
    boolean contradicts(Membership other) {
        return group.equals(other.group)
                && via.getIndex() == other.via.getIndex()
                && (source == null) != (other.source == null);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Membership that
                && group.equals(that.group)
                && via.getIndex() == that.via.getIndex()
                && Objects.equals(source, that.source);
    }

    @Override
    public int hashCode() {
        return Objects.hash(group, via.getIndex(), source);
    }

    @Override
    public String toString() {
        String from = source == null ? "" : " from " + source.getHostAddress();
        return "group %s on %s%s".formatted(group.getHostAddress(), via.getName(), from);
    }
}
