package socketserver.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import socketserver.tls.TlsSettings;

import java.nio.file.Path;
import java.util.List;

/// The options of `serve` that are of TLS, and what they mean.
final class TlsSyntax {
    private static final String CERTIFICATE = "--tls-cert";
    private static final String KEY = "--tls-key";
    private static final String CLIENT_AUTHORITIES = "--tls-client-ca";
    private static final List<String> OPTIONS = List.of(CERTIFICATE, KEY, CLIENT_AUTHORITIES);

    private TlsSyntax() {}

    /// Adds the options to those of the command.
    static void addTo(CommandSpec command) {
        for (String name : OPTIONS) {
            command.addOption(OptionSpec.builder(name).arity("1").type(String.class).build());
        }
    }

    /// {@return the settings of the addresses that want TLS, or null if none does}
    static @Nullable TlsSettings settings(ParseResult given, List<Endpoint> endpoints)
            throws WrongArgumentException {
        Endpoint secure = endpoints.stream().filter(Endpoint::tls).findFirst().orElse(null);
        if (secure == null) {
            for (String option : OPTIONS) {
                if (given.hasMatchedOption(option)) {
                    throw new WrongArgumentException(
                            option + " was given, and no address for it: add tls://HOST:PORT");
                }
            }
            return null;
        }
        Path certificate = file(given, CERTIFICATE);
        if (certificate == null) {
            throw new WrongArgumentException(
                    "address (%s) needs a certificate: add %s FILE.pem and %s FILE.pem"
                            .formatted(secure, CERTIFICATE, KEY));
        }
        Path key = file(given, KEY);
        TlsSettings settings = TlsSettings.pem(certificate, key == null ? certificate : key);
        Path authorities = file(given, CLIENT_AUTHORITIES);
        return authorities == null ? settings : settings.withClientAuthorities(authorities);
    }

    private static @Nullable Path file(ParseResult given, String option) {
        String text = given.<@Nullable String>matchedOptionValue(option, null);
        return text == null ? null : Path.of(text);
    }
}
