package io.tidemark.wire.flight;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tidemark.engine.Historian;
import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.LockedDoor;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Flight SQL server: assembles the door, starts and stops it, tells what it did. Start it once,
 * close it once; safe from any thread in between.
 *
 * <p>Before a command is read, in this order: the count of connections, the principal, the state of
 * the server, the length of the message.
 */
public final class FlightDoor implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(FlightDoor.class);

  /** Held, or its level would be forgotten: it tells of every stranger, with a trace. */
  private static final java.util.logging.Logger TRANSPORT_LOG =
      java.util.logging.Logger.getLogger("io.grpc.netty.NettyServerTransport");

  static {
    TRANSPORT_LOG.setLevel(java.util.logging.Level.WARNING);
  }

  private static final int HEADER_BYTES_MAX = 32 * 1024;
  private static final int CALLS_PER_CONNECTION_MAX = 100;
  private static final int RESETS_MAX = 200;
  private static final int RESETS_SECONDS = 10;
  private static final int IO_THREADS = 2;
  private static final int CALL_THREADS = 16;

  /** Clients that may send samples or values at a time; each holds a thread. */
  private static final int PUTS_MAX = 64;

  private static final int HANDSHAKE_SECONDS = 5;
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final int KEEP_ALIVE_ANSWER_SECONDS = 20;
  private static final int PING_SECONDS_MIN = 5;

  /** A connection without a call for so many stall timeouts is closed; clients open another. */
  private static final long IDLE_STALLS = 5;

  private static final long CLOSE_MILLIS_MAX = 500;

  private final FlightConfig config;
  private final AccessHook access;
  private final @Nullable X509ExtendedKeyManager keys;
  private final BufferAllocator allocator = new RootAllocator();
  private final CountedLoops loops;
  private final EventLoopGroup acceptor;
  private final CallGate gate;
  private final PreparedStatements prepared;
  private final ResultStreams streams;
  private final StuckPuts puts;
  private final SampleUploads uploads;
  private final FlightCommands commands;
  private @Nullable ThreadPoolExecutor callThreads;
  private @Nullable ScheduledThreadPoolExecutor upkeep;
  private volatile @Nullable FlightServer server;

  /**
   * A door that is not open yet.
   *
   * @param keys certificates and keys of TLS, asked anew at each handshake; null for plaintext,
   *     which is served on loopback only
   */
  public FlightDoor(
      FlightConfig config,
      Historian historian,
      AccessHook access,
      @Nullable X509ExtendedKeyManager keys) {
    this.config = config;
    this.access = access;
    this.keys = keys;
    this.loops =
        new CountedLoops(
            IO_THREADS,
            Thread.ofPlatform().daemon().name("tidemark-flight-io-", 0).factory(),
            config.connectionsMax());
    this.acceptor =
        new MultiThreadIoEventLoopGroup(
            1,
            Thread.ofPlatform().daemon().name("tidemark-flight-accept").factory(),
            NioIoHandler.newFactory());
    this.gate = new CallGate(historian, access, config.stallTimeout());
    this.prepared = new PreparedStatements(config, System::nanoTime);
    this.streams = new ResultStreams(config, historian, allocator);
    this.puts = new StuckPuts(PUTS_MAX, config.stallTimeout());
    this.uploads =
        new SampleUploads(historian, allocator, config.stallTimeout().multipliedBy(IDLE_STALLS));
    this.commands =
        new FlightCommands(
            historian, prepared, streams, puts, uploads, new CatalogAnswers(allocator, version()));
  }

  private static String version() {
    String version = FlightDoor.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /**
   * Binds the port and begins to answer.
   *
   * @throws HistorianException {@link ErrorCode#UNAVAILABLE} if the port is taken; {@link
   *     ErrorCode#FORBIDDEN} if the address can be reached from other machines, and nobody would be
   *     asked for credentials or they would travel in plaintext
   */
  public void start() {
    InetAddress address =
        LockedDoor.address("flight.address", config.bindAddress(), access, keys != null);
    ThreadPoolExecutor calls =
        new ThreadPoolExecutor(
            CALL_THREADS + PUTS_MAX,
            CALL_THREADS + PUTS_MAX,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // bounded by connections and their calls
            Thread.ofPlatform().daemon().name("tidemark-flight-call-", 0).factory());
    calls.allowCoreThreadTimeOut(true);
    callThreads = calls;
    try {
      server = build(address, calls).start();
    } catch (IOException e) {
      calls.shutdownNow();
      throw cannotBind(address, e);
    }
    ScheduledThreadPoolExecutor looks =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tidemark-flight-upkeep").factory());
    looks.scheduleWithFixedDelay(puts::look, 1, 1, TimeUnit.SECONDS);
    looks.scheduleWithFixedDelay(gate::look, 1, 1, TimeUnit.SECONDS);
    looks.scheduleWithFixedDelay(streams::look, 1, 1, TimeUnit.SECONDS);
    upkeep = looks;
  }

  private FlightServer build(InetAddress address, ExecutorService calls) {
    Consumer<NettyServerBuilder> transport = this::configure;
    return FlightServer.builder(
            allocator, Location.forGrpcInsecure(address.getHostAddress(), config.port()), commands)
        .executor(calls)
        .maxInboundMessageSize(config.messageBytesMax())
        .setMaxHeaderListSize(HEADER_BYTES_MAX)
        .backpressureThreshold(config.sendBytesMax())
        .transportHint("grpc.builderConsumer", transport)
        .build();
  }

  private void configure(NettyServerBuilder builder) {
    builder
        .intercept(gate)
        .channelType(NioServerSocketChannel.class)
        .bossEventLoopGroup(acceptor)
        .workerEventLoopGroup(loops)
        .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
        .maxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
        .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
        .maxConnectionIdle(IDLE_STALLS * config.stallTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveTime(PING_SECONDS_MIN, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
    if (keys != null) {
      builder.sslContext(tls(keys));
    }
  }

  private static SslContext tls(X509ExtendedKeyManager keys) {
    try {
      // The JDK's engine asks the key manager at each handshake; the native one may keep keys.
      return GrpcSslContexts.configure(SslContextBuilder.forServer(keys), SslProvider.JDK)
          .protocols("TLSv1.3")
          .build();
    } catch (SSLException e) {
      throw new HistorianException(ErrorCode.INTERNAL, "TLS cannot be set up", e);
    }
  }

  private HistorianException cannotBind(InetAddress address, IOException cause) {
    return new HistorianException(
        ErrorCode.UNAVAILABLE,
        "port cannot be opened: port="
            + config.port()
            + ", address="
            + address.getHostAddress()
            + ", reason="
            + (cause.getCause() == null ? cause : cause.getCause()).getMessage(),
        null,
        "stop the program that uses it (another tidemark?), or choose another port with"
            + " flight.port; off leaves the door shut",
        cause);
  }

  /** The bound port. */
  public int port() {
    FlightServer running = server;
    return running == null ? config.port() : running.getPort();
  }

  /**
   * Outcome of a drain.
   *
   * @param waitedFor calls that were under way when it began
   * @param cut those that did not end in time
   */
  public record Drained(int waitedFor, int cut) {}

  /** Refuses new calls and waits for those under way, as long as the stop timeout allows. */
  public Drained drain() {
    gate.stop();
    int waitedFor = gate.underWay();
    long end = System.nanoTime() + config.stopTimeout().toNanos();
    try {
      while (gate.underWay() > 0 && System.nanoTime() - end < 0) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Drained(waitedFor, gate.underWay());
  }

  /** Drains, then cuts what is left, frees the port and all memory. */
  @Override
  public void close() {
    drain();
    try {
      streams.close();
      FlightServer running = server;
      if (running != null) {
        running.shutdown();
        if (!running.awaitTermination(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
          running.close(); // cuts connections that stay open without a call
        }
      }
      stop(callThreads);
      uploads.stop();
      stop(upkeep);
      stop(acceptor);
      stop(loops);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    streams.look();
    try {
      allocator.close();
    } catch (IllegalStateException e) {
      LOGGER.error("memory of vectors is still in use", e);
    }
  }

  private static void stop(@Nullable ExecutorService threads) throws InterruptedException {
    if (threads != null) {
      threads.shutdownNow();
      threads.awaitTermination(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }
  }

  private static void stop(EventLoopGroup group) throws InterruptedException {
    group.shutdownGracefully(0, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    group.awaitTermination(2 * CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
  }

  /** Open connections. */
  public int connections() {
    return loops.open();
  }

  /** Connections closed as too many. */
  public long connectionsRefused() {
    return loops.refused();
  }

  /** Calls so far, refused ones too. */
  public long calls() {
    return gate.calls();
  }

  /** Calls refused for their credentials or for the state of the server. */
  public long callsRefused() {
    return gate.callsRefused();
  }

  /** Calls given up since the client did not say what it wants. */
  public long callsGivenUp() {
    return gate.givenUp();
  }

  /** Calls under way. */
  public int callsUnderWay() {
    return gate.underWay();
  }

  /** Results under way or waiting for their turn. */
  public int streamsUnderWay() {
    return streams.underWay();
  }

  /** Results begun so far. */
  public long streamsStarted() {
    return streams.started();
  }

  /** Results that ended with an error, those of clients that left too. */
  public long streamsFailed() {
    return streams.failed();
  }

  /** Results given up since the client did not read. */
  public long streamsStalled() {
    return streams.stalled();
  }

  /** Batches of samples that were acknowledged. */
  public long batchesTaken() {
    return uploads.batches();
  }

  /** Samples of these that were stored. */
  public long samplesTaken() {
    return uploads.samples();
  }

  /** Rows sent. */
  public long rowsSent() {
    return streams.rows();
  }

  /** Prepared statements that are kept. */
  public int preparedStatements() {
    return prepared.size();
  }

  /** Bytes of vectors, of all results and received values. */
  public long vectorBytes() {
    return allocator.getAllocatedMemory();
  }
}
