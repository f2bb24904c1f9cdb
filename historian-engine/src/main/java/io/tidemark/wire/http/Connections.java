package io.tidemark.wire.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the open connections and closes one that is too many as soon as it is accepted, so that
 * descriptors remain for the journal. Safe from any thread.
 */
final class Connections {
  /*
   * The protocol library has a limit of its own that does the same, but tells its count to the log only. It stands a
   * little higher: in a burst, which is accepted faster than it is counted here, it takes over.
   */
  private static final int SLACK = 16;

  private final int max;
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder refused = new LongAdder();

  Connections(int max) {
    this.max = max;
  }

  /** Takes or refuses a connection that was just accepted. */
  void accepted(ChannelPipeline pipeline) {
    Channel channel = pipeline.channel();
    boolean tooMany = open.incrementAndGet() > max;
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    if (tooMany) {
      refused.increment();
      channel.close();
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

  /** In the text format of Prometheus. */
  String metricsText() {
    return metric("connections", "gauge", "Open connections.", open())
        + metric("connections_max", "gauge", "Most connections at a time.", max)
        + metric(
            "connections_refused_total",
            "counter",
            "Connections closed as too many; the log tells of bursts.",
            refused());
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
