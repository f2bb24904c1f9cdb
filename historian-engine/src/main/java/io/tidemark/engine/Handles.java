package io.tidemark.engine;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * File descriptors of this process. Sealed files are mapped and hold none; what grows with use are
 * the connections, so they get what the process itself does not need.
 *
 * @param limit most that the process may have open
 * @param open those that are open now
 */
public record Handles(long limit, long open) {
  /** A limit that leaves room for every connection and then some. */
  public static final long WANTED = 65_536;

  /** Kept for journal, manifest, seals, spilling queries and an administrator's connection. */
  public static final int RESERVE = 64;

  /** Even a process that is short of them takes so many connections. */
  private static final int CONNECTIONS_MIN = 8;

  /** What the system says now; null where it says nothing. */
  public static @Nullable Handles now() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? new Handles(unix.getMaxFileDescriptorCount(), unix.getOpenFileDescriptorCount())
        : null;
  }

  /**
   * How many of the wanted connections there is room for, asked before the first one comes. Jars of
   * the class path count as open: the JVM opens each when it first looks into it.
   */
  public int connectionsMax(int wanted) {
    return connectionsMax(wanted, jarsToCome());
  }

  int connectionsMax(int wanted, long jarsToCome) {
    long room = limit - RESERVE - open - jarsToCome;
    return (int) Math.max(CONNECTIONS_MIN, Math.min(wanted, room));
  }

  /** Jars of the class path that are not open yet; all of them where nobody can tell. */
  private static long jarsToCome() {
    String[] path = System.getProperty("java.class.path", "").split(File.pathSeparator, -1);
    long jars = Stream.of(path).filter(entry -> entry.endsWith(".jar")).count();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return Math.max(0, jars - descriptors.filter(Handles::isJar).count());
    } catch (IOException | UncheckedIOException e) {
      return jars;
    }
  }

  private static boolean isJar(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().endsWith(".jar");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }
}
