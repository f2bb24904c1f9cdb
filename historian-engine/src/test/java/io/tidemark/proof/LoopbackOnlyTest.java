package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server as it is started without any setting, in a network of its own that leads nowhere: it
 * listens at the documented ports of the loopback and nowhere else, and looks for nobody.
 */
class LoopbackOnlyTest {
  private static final String ROOT_ONLY = "a network of its own needs Linux, root, unshare and ip";

  /** Starts a command without a network, then with its loopback. */
  private static final List<String> ALONE =
      List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh");

  private static final int LISTEN = 0x0A;
  private static final int SYN_SENT = 0x02;

  @TempDir Path folder;

  private record Line(String protocol, InetAddress local, int port, InetAddress remote, int state) {
    String listener() {
      return protocol.substring(0, 3) + " " + local.getHostAddress() + " " + port;
    }
  }

  @BeforeAll
  static void networksCanBeMade() throws Exception {
    boolean isPossible;
    try {
      isPossible = output(ALONE, "true").exit() == 0;
    } catch (IOException e) {
      isPossible = false;
    }
    assumeTrue(isPossible, ROOT_ONLY);
  }

  private record Output(int exit, String text) {}

  private static Output output(List<String> wrapper, String... command) throws Exception {
    List<String> all = new ArrayList<>(wrapper);
    all.addAll(List.of(command));
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(text).isTrue();
    return new Output(process.exitValue(), text);
  }

  /** The sockets of a process, as the kernel lists them. */
  private static List<Line> sockets(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    Set<String> own = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            own.add(target.substring(8, target.length() - 1));
          }
        } catch (NoSuchFileException e) {
          // Closed meanwhile.
        }
      }
    }
    List<Line> lines = new ArrayList<>();
    for (String protocol : List.of("tcp", "tcp6", "udp", "udp6", "raw", "raw6")) {
      Path table = process.resolve("net").resolve(protocol);
      if (!Files.exists(table)) {
        continue; // a kernel without IPv6
      }
      for (String line : Files.readAllLines(table).stream().skip(1).toList()) {
        String[] fields = line.strip().split("\\s+");
        if (own.contains(fields[9])) {
          lines.add(
              new Line(
                  protocol,
                  address(fields[1]),
                  Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16),
                  address(fields[2]),
                  Integer.parseInt(fields[3], 16)));
        }
      }
    }
    return lines;
  }

  /** Words of the address are in the machine's order, little endian. */
  private static InetAddress address(String field) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(field.substring(0, field.indexOf(':')));
    for (int word = 0; word < bytes.length; word += 4) {
      for (int i = 0; i < 2; i++) {
        byte swapped = bytes[word + i];
        bytes[word + i] = bytes[word + 3 - i];
        bytes[word + 3 - i] = swapped;
      }
    }
    return InetAddress.getByAddress(bytes); // an IPv4 address within IPv6 becomes one of IPv4
  }

  /** Packets and connections that found no way out, of the whole network. */
  private static long lost(long pid) throws IOException {
    Path net = Path.of("/proc", Long.toString(pid), "net");
    List<String> snmp = Files.readAllLines(net.resolve("snmp"));
    List<String> names = List.of(snmp.get(0).split(" "));
    long lost = Long.parseLong(snmp.get(1).split(" ")[names.indexOf("OutNoRoutes")]);
    if (Files.exists(net.resolve("snmp6"))) {
      Matcher six =
          Pattern.compile("Ip6OutNoRoutes\\s+(\\d+)")
              .matcher(Files.readString(net.resolve("snmp6")));
      lost += six.find() ? Long.parseLong(six.group(1)) : 0;
    }
    return lost;
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "demo"})
  void listensAtTheDocumentedPortsOnlyAndLooksForNobody(String command) throws Exception {
    String[] options = command.equals("demo") ? new String[] {"--days", "1"} : new String[0];
    try (ServerProcess server =
        ServerProcess.asInstalled(ALONE, command, folder.resolve(command), options)) {
      server.awaitAddress();
      long pid = server.pid(); // every wrapper became the server
      Set<String> listeners = new TreeSet<>();
      for (Line line : sockets(pid)) {
        assertThat(line.state()).as(line.toString()).isNotEqualTo(SYN_SENT);
        assertThat(line.remote().isLoopbackAddress() || line.remote().isAnyLocalAddress())
            .as(line.toString())
            .isTrue();
        if (line.state() == LISTEN || !line.protocol().startsWith("tcp")) {
          listeners.add(line.listener());
        }
      }
      assertThat(listeners)
          .containsExactly("tcp 127.0.0.1 7300", "tcp 127.0.0.1 7301", "tcp 127.0.0.1 7302");

      List<String> inside = List.of("nsenter", "--net", "--target", Long.toString(pid));
      List<String> sql = new ArrayList<>(inside);
      sql.addAll(ServerProcess.java());
      Output answer = output(sql, "sql", "SELECT 40 + 2 AS answer");
      assertThat(answer.exit()).as(answer.text()).isZero();
      assertThat(answer.text()).contains("42");
      assertThat(lost(pid)).as("attempts to leave the machine").isZero();

      // And it would have been seen.
      output(inside, "bash", "-c", "echo > /dev/tcp/192.0.2.1/80");
      assertThat(lost(pid)).isPositive();
    }
  }
}
