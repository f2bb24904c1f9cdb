package io.tidemark.engine;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
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
    return connectionsMax(wanted, jars());
  }

  int connectionsMax(int wanted, int jars) {
    long room = limit - RESERVE - open - jars;
    return (int) Math.max(CONNECTIONS_MIN, Math.min(wanted, room));
  }

  private static int jars() {
    return System.getProperty("java.class.path", "").split(File.pathSeparator, -1).length;
  }
}
