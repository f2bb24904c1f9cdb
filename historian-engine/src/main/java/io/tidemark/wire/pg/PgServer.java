package io.tidemark.wire.pg;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.tidemark.engine.Historian;
import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.LockedDoor;
import io.tidemark.engine.security.LogLimit;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.query.sql.PgCatalog;
import io.tidemark.query.sql.SqlEngine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL server: start it once, close it once; safe from any thread in between.
 *
 * <p>Threads: event loops {@code tidemark-pg-io-n}, workers {@code tidemark-pg-n} on which
 * statements run, and {@code tidemark-pg-stop}, which stops them. All end with {@link #close}.
 */
public final class PgServer implements AutoCloseable {
  private static final int IO_THREADS = 2;
  private static final int OUTSTANDING_BYTES_LOW = 256 << 10;
  private static final int OUTSTANDING_BYTES_HIGH = 512 << 10;
  private static final int LONG_MESSAGES = 4;

  private static final Logger LOG = LoggerFactory.getLogger(PgServer.class);
  private static final int LOGGED_PER_MINUTE = 60;

  /** Connections above the limit that are still told so; further ones are closed at once. */
  private static final int REFUSED_MAX = 100;

  private final PgConfig config;
  private final AccessHook access;
  private final PgSession.Door door;
  private final @Nullable SSLContext tls;
  private final Map<Integer, PgConnection> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger processIds = new AtomicInteger(1_000);
  private final SecureRandom random = new SecureRandom();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong logins = new AtomicLong();
  private final AtomicLong loginsFailed = new AtomicLong();
  private final AtomicLong protocolErrors = new AtomicLong();
  private final AtomicLong stalled = new AtomicLong();
  private final LogLimit log = new LogLimit(LOGGED_PER_MINUTE);
  private final LogLimit logOfRefusals = new LogLimit(1);
  private final AtomicLong longMessageBytes = new AtomicLong();
  private final ThreadPoolExecutor workers;
  private final ExecutorService stopper;
  private volatile boolean isDraining;
  private volatile boolean isLoopback = true;
  private @Nullable MultiThreadIoEventLoopGroup loops;
  private @Nullable Channel listener;

  /**
   * A server that is not started yet.
   *
   * @param keys certificate and key for TLS; null for none
   */
  public PgServer(
      PgConfig config,
      Historian historian,
      AccessHook access,
      @Nullable X509ExtendedKeyManager keys) {
    this.config = config;
    this.access = access;
    this.tls = keys == null ? null : context(keys);
    this.door =
        new PgSession.Door(
            config,
            historian,
            new PgCatalog(SqlEngine.schema(), SessionSettings.defaults()),
            new AtomicLong(),
            new AtomicLong());
    this.workers =
        new ThreadPoolExecutor(
            config.workers(),
            config.workers(),
            30,
            TimeUnit.SECONDS,
            // A connection waits once at most.
            new ArrayBlockingQueue<>(config.connectionsMax() + REFUSED_MAX),
            Thread.ofPlatform().daemon().name("tidemark-pg-", 0).factory());
    workers.allowCoreThreadTimeOut(true);
    this.stopper =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(4 * (config.connectionsMax() + REFUSED_MAX)),
            Thread.ofPlatform().daemon().name("tidemark-pg-stop").factory());
  }

  private static SSLContext context(X509ExtendedKeyManager keys) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new HistorianException(ErrorCode.INTERNAL, "TLS cannot be set up", e);
    }
  }

  /**
   * Binds the port and begins to answer.
   *
   * @throws HistorianException {@link ErrorCode#UNAVAILABLE} if the port is taken; {@link
   *     ErrorCode#FORBIDDEN} if the address can be reached from other machines and nobody would be
   *     asked for credentials, or nothing would be encrypted
   */
  public void start() {
    InetAddress address =
        LockedDoor.address("pg.address", config.bindAddress(), access, tls != null);
    isLoopback = address.isLoopbackAddress();
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            IO_THREADS,
            Thread.ofPlatform().daemon().name("tidemark-pg-io-", 0).factory(),
            NioIoHandler.newFactory());
    loops = group;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 512)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(OUTSTANDING_BYTES_LOW, OUTSTANDING_BYTES_HIGH))
            .childHandler(new Initializer());
    ChannelFuture bound = bootstrap.bind(new InetSocketAddress(address, config.port()));
    bound.awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      close();
      throw cannotBind(address, cause);
    }
    listener = bound.channel();
  }

  private HistorianException cannotBind(InetAddress address, Throwable cause) {
    boolean isTaken = String.valueOf(cause.getMessage()).contains("Address already in use");
    return new HistorianException(
        ErrorCode.UNAVAILABLE,
        (isTaken ? "port is taken: port=" : "port cannot be opened: port=")
            + config.port()
            + ", address="
            + address.getHostAddress()
            + (isTaken ? "" : ", reason=" + cause.getMessage()),
        null,
        isTaken
            ? "stop the program that uses it, or choose another port with pg.port or"
                + " TIDEMARK_PG_PORT"
            : null,
        cause);
  }

  /** Sets up connections. */
  private final class Initializer extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      accepted.incrementAndGet();
      int now = open.incrementAndGet();
      channel.closeFuture().addListener(closed -> open.decrementAndGet());
      boolean isTooMany = now > config.connectionsMax();
      if (isTooMany) {
        refused.incrementAndGet();
        long leftOut = logOfRefusals.admit();
        if (leftOut >= 0) {
          LOG.warn(
              "connection is refused as one too many: connectionsMax={}, leftOut={}",
              config.connectionsMax(),
              leftOut);
        }
      }
      if (now > config.connectionsMax() + REFUSED_MAX) {
        channel.close();
        return;
      }
      FrameDecoder decoder = new FrameDecoder(config.messageBytesMax(), PgServer.this::reserve);
      channel
          .pipeline()
          .addLast(decoder)
          .addLast(
              new PgConnection(
                  PgServer.this,
                  channel,
                  decoder,
                  processIds.incrementAndGet() & Integer.MAX_VALUE,
                  random.nextInt(),
                  isTooMany));
    }
  }

  /** The bound port. */
  public int port() {
    Channel bound = listener;
    return bound != null && bound.localAddress() instanceof InetSocketAddress address
        ? address.getPort()
        : config.port();
  }

  /**
   * Takes no new sessions, and waits until no statement runs, at most the configured time.
   *
   * @return statements that still run
   */
  public int drain() {
    isDraining = true;
    long deadline = System.nanoTime() + config.stopTimeout().toNanos();
    while (running() > 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    return running();
  }

  /** Drains, then cuts what is left and frees the port. */
  @Override
  public void close() {
    drain();
    Channel bound = listener;
    if (bound != null) {
      bound.close().awaitUninterruptibly();
    }
    for (PgConnection session : sessions.values()) {
      session.cancel();
      session.shut();
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (!sessions.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    MultiThreadIoEventLoopGroup group = loops;
    if (group != null) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
    }
    workers.shutdownNow();
    stopper.shutdownNow();
    try {
      workers.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    door.catalog().close();
  }

  // What metrics tell.

  /** Connections that are open. */
  public int connections() {
    return open.get();
  }

  /** Sessions that began, and whose statements are not all given back. */
  public int sessions() {
    return sessions.size();
  }

  /** Connections ever accepted. */
  public long acceptedTotal() {
    return accepted.get();
  }

  /** Connections above the limit. */
  public long refusedTotal() {
    return refused.get();
  }

  /** Logins that succeeded. */
  public long loginsTotal() {
    return logins.get();
  }

  /** Connections that did not log in within the time they had. */
  public long loginTimeoutsTotal() {
    return loginsFailed.get();
  }

  /** Statements with rows that were run. */
  public long statementsTotal() {
    return door.statements().get();
  }

  /** Errors that were told to clients. */
  public long errorsTotal() {
    return door.errors().get();
  }

  /** Connections closed for what is no message. */
  public long protocolErrorsTotal() {
    return protocolErrors.get();
  }

  /** Connections closed since the client did not read an answer, or not send a message's end. */
  public long stalledTotal() {
    return stalled.get();
  }

  /** Messages of sessions that are worked on. */
  public int running() {
    int count = 0;
    for (PgConnection session : sessions.values()) {
      count += session.isBusy() ? 1 : 0;
    }
    return count;
  }

  // For connections.

  PgConfig config() {
    return config;
  }

  AccessHook access() {
    return access;
  }

  PgSession.Door door() {
    return door;
  }

  boolean isLoopback() {
    return isLoopback;
  }

  boolean isDraining() {
    return isDraining;
  }

  boolean hasTls() {
    return tls != null;
  }

  SSLEngine tlsEngine() {
    SSLContext context = tls;
    if (context == null) {
      throw new IllegalStateException("no TLS");
    }
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(
        config.isTls12Allowed() ? new String[] {"TLSv1.3", "TLSv1.2"} : new String[] {"TLSv1.3"});
    return engine;
  }

  void started(PgConnection connection) {
    sessions.put(connection.processId(), connection);
  }

  void ended(PgConnection connection) {
    sessions.remove(connection.processId(), connection);
  }

  void loggedIn() {
    logins.incrementAndGet();
  }

  void loginFailed() {
    loginsFailed.incrementAndGet();
  }

  void stalled() {
    stalled.incrementAndGet();
  }

  LogLimit log() {
    return log;
  }

  void protocolError() {
    protocolErrors.incrementAndGet();
  }

  void submit(Runnable work) {
    try {
      workers.execute(work);
    } catch (RejectedExecutionException e) {
      if (!workers.isShutdown()) {
        throw new IllegalStateException("more work than connections", e);
      }
    }
  }

  void stop(QueryContext context) {
    stop(context::cancel);
  }

  void stop(Runnable action) {
    try {
      stopper.execute(action);
    } catch (RejectedExecutionException e) {
      // The server stops, and with it everything.
      refused.get();
    }
  }

  void cancel(int processId, int secretKey) {
    PgConnection session = sessions.get(processId);
    if (session != null && session.secretKey() == secretKey) {
      stop(session::cancel);
    }
  }

  /** Takes room for a long message out of that for all connections. */
  private boolean reserve(int bytes) {
    if (longMessageBytes.addAndGet(bytes) > (long) config.messageBytesMax() * LONG_MESSAGES) {
      longMessageBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void release(int bytes) {
    if (bytes > 0) {
      longMessageBytes.addAndGet(-bytes);
    }
  }
}
