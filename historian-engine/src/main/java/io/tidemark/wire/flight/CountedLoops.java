package io.tidemark.wire.flight;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tidemark.engine.security.LogLimit;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event loops of connections. They count what is open, and close one that is too many as soon as it
 * is accepted, so that descriptors remain for the journal. Safe from any thread.
 */
final class CountedLoops extends MultiThreadIoEventLoopGroup {
  private static final Logger LOG = LoggerFactory.getLogger(CountedLoops.class);

  private final LogLimit log = new LogLimit(1);
  private final int connectionsMax;
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder refused = new LongAdder();

  CountedLoops(int threads, ThreadFactory factory, int connectionsMax) {
    super(threads, factory, NioIoHandler.newFactory());
    this.connectionsMax = connectionsMax;
  }

  @Override
  public ChannelFuture register(Channel channel) {
    if (open.incrementAndGet() > connectionsMax) {
      open.decrementAndGet();
      refused.increment();
      long leftOut = log.admit();
      if (leftOut >= 0) {
        LOG.warn(
            "connection is closed as one too many: connectionsMax={}, leftOut={}",
            connectionsMax,
            leftOut);
      }
      channel.unsafe().closeForcibly();
      return new DefaultChannelPromise(channel, next()).setSuccess();
    }
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    return super.register(channel);
  }

  int open() {
    return open.get();
  }

  long refused() {
    return refused.sum();
  }
}
