package socketserver.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Strings as libc has them: bytes in the encoding of the system, with a zero at the end.
final class NativeStrings {
    private static final Charset ENCODING = Charset.forName(System.getProperty("sun.jnu.encoding"));

    private final Arena arena;

    NativeStrings(Arena arena) {
        this.arena = arena;
    }

    /// {@return an array of pointers to them, with a null pointer at the end}
    MemorySegment array(List<String> strings) {
        return pointers(strings.stream().map(string -> string.getBytes(ENCODING)).toList());
    }

    /// {@return the array `NAME=VALUE` of an environment}
    ///
    /// What this process was given itself keeps its bytes, which need not be in the encoding.
    MemorySegment environment(Map<String, String> variables) throws IOException {
        Map<String, byte[]> inherited = inherited();
        List<byte[]> all = new ArrayList<>();
        variables.forEach(
                (name, value) -> {
                    byte[] own = (name + '=' + value).getBytes(ENCODING);
                    byte[] given = inherited.getOrDefault(name, own);
                    all.add(new String(given, ENCODING).equals(name + '=' + value) ? given : own);
                });
        return pointers(all);
    }

    private static Map<String, byte[]> inherited() throws IOException {
        Map<String, byte[]> inherited = new HashMap<>();
        String bytes = new String(Files.readAllBytes(Path.of("/proc/self/environ")), ISO_8859_1);
        for (String variable : bytes.split("\0", -1)) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                inherited.put(variable.substring(0, equals), variable.getBytes(ISO_8859_1));
            }
        }
        return inherited;
    }

    private MemorySegment pointers(List<byte[]> strings) {
        MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            byte[] string = strings.get(i);
            MemorySegment copy = arena.allocate(string.length + 1L);
            MemorySegment.copy(MemorySegment.ofArray(string), 0, copy, 0, string.length);
            array.setAtIndex(ADDRESS, i, copy);
        }
        return array;
    }
}
