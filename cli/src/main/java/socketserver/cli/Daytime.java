package socketserver.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Daytime (RFC 867): the date and time as a line of text, for people; what it gets is ignored.
final class Daytime extends Service {
    private static final long serialVersionUID = 1;

    // The RFC leaves the form open and suggests this one: "Tuesday, February 22, 1982 17:37:43-PST"
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEEE, MMMM d, uuuu HH:mm:ss-zzz", Locale.US);

    @Override
    void connection(StreamRequest request) throws IOException {
        request.output().write(now());
    }

    @Override
    void packet(DatagramRequest request) throws IOException {
        request.reply(now());
    }

    private static byte[] now() {
        return (FORM.format(ZonedDateTime.now(ZoneId.systemDefault())) + "\r\n").getBytes(US_ASCII);
    }
}
