package io.tidemark.wire.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AttributeKey;
import io.tidemark.engine.security.LogLimit;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the open connections and closes one that is too many as soon as it is accepted, so that
 * descriptors remain for the journal, and one that has had no request under way for too long: the
 * protocol library counts every byte as a sign of life, so that a client which sends a head byte by
 * byte would keep its connection. Safe from any thread.
 */
final class Connections {
  /*
   * The protocol library has a limit of its own that does the same, but tells its count to the log only. It stands a
   * little higher: in a burst, which is accepted faster than it is counted here, it takes over.
   */
  private static final int SLACK = 16;

  private static final AttributeKey<Watch> WATCH = AttributeKey.valueOf(Connections.class, "watch");

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private final LogLimit log = new LogLimit(1);
  private final int max;
  private final long idleNanosMax;
  private final LongAdder timedOut = new LongAdder();
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder refused = new LongAdder();

  /**
   * Counts nothing yet.
   *
   * @param max connections at a time
   * @param idleMax how long one may have no request under way
   */
  Connections(int max, Duration idleMax) {
    this.max = max;
    this.idleNanosMax = idleMax.toNanos();
  }

  /** Requests of a connection, and since when there are none. */
  private final class Watch implements Runnable {
    private final Channel channel;
    private int underWay;
    private long idleSinceNanos = System.nanoTime();

    Watch(Channel channel) {
      this.channel = channel;
    }

    synchronized void begin() {
      underWay++;
    }

    synchronized void end() {
      underWay--;
      idleSinceNanos = System.nanoTime();
    }

    private synchronized long nanosLeft() {
      return underWay > 0 ? idleNanosMax : idleSinceNanos + idleNanosMax - System.nanoTime();
    }

    @Override
    public void run() {
      long left = nanosLeft();
      if (left > 0) {
        channel.eventLoop().schedule(this, left, TimeUnit.NANOSECONDS);
      } else if (channel.isOpen()) {
        timedOut.increment();
        channel.close();
      }
    }
  }

  /** Takes or refuses a connection that was just accepted. */
  void accepted(ChannelPipeline pipeline) {
    Channel channel = pipeline.channel();
    boolean tooMany = open.incrementAndGet() > max;
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    if (tooMany) {
      refused.increment();
      long leftOut = log.admit();
      if (leftOut >= 0) {
        LOG.warn(
            "connection is closed as one too many: connectionsMax={}, leftOut={}", max, leftOut);
      }
      channel.close();
      return;
    }
    Watch watch = new Watch(channel);
    channel.attr(WATCH).set(watch);
    Future<?> next = channel.eventLoop().schedule(watch, idleNanosMax, TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> next.cancel(false));
  }

  /** Takes note of a request that began, until its answer is complete. */
  void requested(@Nullable Channel channel, CompletableFuture<?> answered) {
    Watch watch = channel == null ? null : channel.attr(WATCH).get();
    if (watch != null) {
      watch.begin();
      answered.whenComplete((nothing, cause) -> watch.end());
    }
  }

  int max() {
    return max;
  }

  /** Limit for the protocol library. */
  int backstop() {
    return max + SLACK;
  }

  int open() {
    return open.get();
  }

  long refused() {
    return refused.sum();
  }

  /** Connections closed since no request came, or none to its end. */
  long timedOut() {
    return timedOut.sum();
  }

  /** In the text format of Prometheus. */
  String metricsText() {
    return metric("connections", "gauge", "Open connections.", open())
        + metric("connections_max", "gauge", "Most connections at a time.", max)
        + metric(
            "connections_refused_total",
            "counter",
            "Connections closed as too many; the log tells of bursts.",
            refused())
        + metric(
            "connections_timed_out_total",
            "counter",
            "Connections closed since no request came, or none to its end.",
            timedOut());
  }

  private static String metric(String name, String type, String help, long value) {
    String full = "tidemark_http_" + name;
    return "# HELP "
        + full
        + " "
        + help
        + "\n# TYPE "
        + full
        + " "
        + type
        + "\n"
        + full
        + " "
        + value
        + "\n";
  }
}
