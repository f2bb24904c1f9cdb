package io.tidemark.wire.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.Cookie;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.common.stream.SubscriptionOption;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.tidemark.engine.Historian;
import io.tidemark.engine.security.Access;
import io.tidemark.engine.security.LockedDoor;
import io.tidemark.engine.security.OriginGuard;
import io.tidemark.engine.security.RequestFacts;
import io.tidemark.engine.security.ServerTls;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server: assembles the routes, checks every request before it reaches one, starts and
 * stops. Start it once, close it once; safe from any thread in between.
 *
 * <p>Before a route runs, in this order: Host and Origin, the principal, the path and method, the
 * announced length of the body, the body.
 */
public final class HttpServer implements AutoCloseable {
  private static final int URI_BYTES_MAX = 64 * 1024;
  private static final int HEADER_BYTES_MAX = 32 * 1024;
  private static final int PROBE_THREADS = 2;
  private static final int LOGIN_THREADS = 4;
  private static final int QUEUE_FACTOR = 8;
  private static final int HELD_BODIES = 4;

  /** Sent with every answer: a page of ours loads nothing from elsewhere and is framed nowhere. */
  private static final Map<String, String> SECURITY_HEADERS =
      Map.of(
          "content-security-policy",
          "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
              + " frame-ancestors 'none'",
          "x-content-type-options",
          "nosniff",
          "x-frame-options",
          "DENY",
          "referrer-policy",
          "no-referrer",
          "cross-origin-resource-policy",
          "same-origin",
          "cross-origin-opener-policy",
          "same-origin");

  /** How long the rest of a body is still taken behind its answer, before the stream is reset. */
  private static final Duration LINGER_MAX = Duration.ofSeconds(2);

  /** What the protocol library may still take once no request is under way. */
  private static final Duration CLOSE_MAX = Duration.ofMillis(500);

  private final HttpConfig config;
  private final Historian historian;
  private final Access access;
  private final @Nullable ServerTls tls;
  private final Sessions sessions;
  private final Router router;
  private final LiveRoutes live;
  private final List<Route> routes;
  private final Map<Route.Lane, ExecutorService> lanes = new EnumMap<>(Route.Lane.class);
  private final AtomicLong bodyBytesHeld = new AtomicLong();
  private final Traffic traffic = new Traffic();
  private final Connections connections;
  private volatile @Nullable OriginGuard guard;
  private volatile boolean stopping;
  private final Service service = new Service(this);
  private @Nullable Server server;

  /** A server that is not started yet. */
  public HttpServer(HttpConfig config, Historian historian) {
    this(config, historian, null);
  }

  /**
   * A server that is not started yet.
   *
   * @param tls null for plain text. With it both are spoken at the port, and plain text is for
   *     peers on this machine only.
   */
  public HttpServer(HttpConfig config, Historian historian, @Nullable ServerTls tls) {
    this.config = config;
    this.historian = historian;
    this.access = historian.access();
    this.tls = tls;
    this.sessions = new Sessions(config.sessionIdle().toNanos(), System::nanoTime);
    this.connections = new Connections(config.connectionsMax(), config.requestTimeout());
    this.live = new LiveRoutes(historian, config);
    this.routes = routes(config, historian, sessions, live, connections);
    this.router = new Router(routes);
  }

  private static List<Route> routes(
      HttpConfig config,
      Historian historian,
      Sessions sessions,
      LiveRoutes live,
      Connections connections) {
    List<Route> routes = new ArrayList<>();
    routes.addAll(new WriteRoutes(historian, config).routes());
    routes.addAll(new QuarantineRoutes(historian).routes());
    routes.addAll(new LineClientRoutes(historian).routes());
    routes.addAll(new ValuesRoutes(historian, config).routes());
    routes.addAll(new GapRoutes(historian).routes());
    routes.addAll(new WhenRoutes(historian, config).routes());
    routes.addAll(live.routes());
    routes.addAll(new TagRoutes(historian, config).routes());
    routes.addAll(new SqlRoutes(historian).routes());
    routes.addAll(new ExportRoutes(historian).routes());
    routes.addAll(new ContextRoutes(historian, config).routes());
    routes.addAll(new ContextSearchRoutes(historian).routes());
    routes.addAll(new AccountRoutes(historian, sessions).routes());
    routes.addAll(new HealthRoutes(historian, connections).routes());
    routes.addAll(new PageRoutes().routes());
    return List.copyOf(routes);
  }

  List<Route> routes() {
    return routes;
  }

  /**
   * Binds the port and begins to answer.
   *
   * @throws HistorianException {@link ErrorCode#UNAVAILABLE} if the port is taken; {@link
   *     ErrorCode#FORBIDDEN} if the address can be reached from other machines and nobody would be
   *     asked for credentials
   */
  public void start() {
    InetAddress address =
        LockedDoor.address("http.address", config.bindAddress(), access, tls != null);
    startLanes();
    ServerBuilder builder = Server.builder();
    InetSocketAddress place = new InetSocketAddress(address, config.port());
    if (tls == null) {
      builder.http(place);
    } else {
      builder
          .port(place, SessionProtocol.HTTP, SessionProtocol.HTTPS)
          .tls(new KeyManagerFactoryWrapper(tls.keys()))
          .tlsCustomizer(context -> context.protocols(tls.protocols()))
          .addHeader("strict-transport-security", "max-age=31536000");
    }
    Server starting =
        builder
            .maxNumConnections(connections.backstop())
            .childChannelPipelineCustomizer(connections::accepted)
            .requestTimeout(config.requestTimeout())
            .maxRequestLength(0) // routes have limits of their own, see BodyCollector
            .http1MaxInitialLineLength(URI_BYTES_MAX)
            .http1MaxHeaderSize(HEADER_BYTES_MAX)
            .http2MaxHeaderListSize(HEADER_BYTES_MAX + URI_BYTES_MAX)
            .http2MaxStreamsPerConnection(100)
            .http2MaxResetFramesPerWindow(200, 10)
            .gracefulShutdownTimeout(Duration.ZERO, CLOSE_MAX)
            .disableServerHeader()
            .verboseResponses(false)
            .unloggedExceptionsReportInterval(Duration.ZERO)
            .addHeaders(SECURITY_HEADERS.entrySet())
            .errorHandler(new ProtocolErrors())
            .serviceUnder("/", service)
            .build();
    try {
      starting.start().join();
    } catch (CompletionException e) {
      stopLanes();
      throw cannotBind(address, e.getCause() == null ? e : e.getCause());
    }
    server = starting;
    guard = new OriginGuard(port(), config.hostNames());
    live.start();
  }

  private HistorianException cannotBind(InetAddress address, Throwable cause) {
    boolean taken = isTaken(cause);
    return new HistorianException(
        ErrorCode.UNAVAILABLE,
        (taken ? "port is taken: port=" : "port cannot be opened: port=")
            + config.port()
            + ", address="
            + address.getHostAddress()
            + (taken ? "" : ", reason=" + cause.getMessage()),
        null,
        taken
            ? "stop the program that uses it (another tidemark?), or choose another port with"
                + " http.port or TIDEMARK_HTTP_PORT"
            : null,
        cause);
  }

  /**
   * Whether some program has the port. Java and Netty's native transports throw unrelated types
   * that have only the text of the operating system in common.
   */
  private static boolean isTaken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains("Address already in use")) {
        return true;
      }
    }
    return false;
  }

  private void startLanes() {
    lanes.put(Route.Lane.PROBE, lane("probe", PROBE_THREADS));
    lanes.put(Route.Lane.LOGIN, lane("login", LOGIN_THREADS));
    lanes.put(Route.Lane.READ, lane("read", config.readThreads()));
    lanes.put(Route.Lane.SQL, lane("sql", config.sqlThreads()));
    lanes.put(Route.Lane.WRITE, lane("write", config.writeThreads()));
  }

  private static ExecutorService lane(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(threads * QUEUE_FACTOR),
            Thread.ofPlatform().daemon().name("tidemark-http-" + name + "-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** The bound port. */
  public int port() {
    Server running = server;
    ServerPort port = running == null ? null : running.activePort();
    return port == null ? config.port() : port.localAddress().getPort();
  }

  /**
   * What the protocol library knows of this. Its cache of routes is static and keeps what it was
   * given beyond the end of a server; so that keeps neither this nor the store.
   */
  private static final class Service implements HttpService {
    private volatile @Nullable HttpServer server;

    Service(HttpServer server) {
      this.server = server;
    }

    void close() {
      server = null;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
      HttpServer open = server;
      return open == null
          ? HttpResponse.of(HttpStatus.SERVICE_UNAVAILABLE)
          : open.serve(context, request);
    }
  }

  private HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    RequestHeaders headers = request.headers();
    HttpResponseWriter writer = HttpResponse.streaming();
    connections.requested(
        context.log().ensureAvailable(RequestLogProperty.SESSION).channel(), writer.whenComplete());
    context.setRequestAutoAbortDelay(LINGER_MAX);
    Exchange exchange = new Exchange(context, headers, writer, config.stallTimeout());
    Consumer<Throwable> refusal = cause -> refuse(request, exchange, cause);
    try {
      RequestFacts facts = facts(context, headers);
      exchange.facts(facts);
      boolean isForAnybody =
          access.hasAccounts() && router.isOpen(headers.method().name(), context.path());
      if (isForAnybody || isKnownBySession(headers, facts, exchange)) {
        proceed(context, request, exchange, writer);
      } else if (access.isSlow(facts)) {
        onLane(
            Route.Lane.LOGIN,
            () -> {
              exchange.principal(access.authenticate(facts));
              context.eventLoop().execute(() -> proceed(context, request, exchange, writer));
            },
            refusal,
            () -> {});
      } else {
        exchange.principal(access.authenticate(facts));
        proceed(context, request, exchange, writer);
      }
    } catch (RuntimeException e) {
      refusal.accept(e);
    }
    return writer;
  }

  /**
   * Answers a request whose body nobody reads. What the client still sends is thrown away for a
   * while: were its stream reset at once, the reset could overtake the answer.
   */
  private static void refuse(HttpRequest request, Exchange exchange, Throwable cause) {
    request.subscribe(new DiscardedBody());
    exchange.fail(cause);
  }

  private void proceed(
      ServiceRequestContext context,
      HttpRequest request,
      Exchange exchange,
      HttpResponseWriter writer) {
    try {
      Route route = router.find(request.headers().method().name(), context.path());
      if (route.isPrefix()) {
        exchange.tail(context.path().substring(route.prefix().length()));
      }
      if (route.lane() != Route.Lane.PROBE) {
        begin(writer);
      }
      receive(context, request, route, exchange);
    } catch (RuntimeException e) {
      refuse(request, exchange, e);
    }
  }

  /** Counts the request, or refuses it while the server starts or stops. */
  private void begin(HttpResponseWriter writer) {
    traffic.begin(); // first: who stops then either waits for it, or it sees the refusal
    writer.whenComplete().whenComplete((nothing, cause) -> traffic.end());
    HistorianException refusal =
        stopping
            ? new HistorianException(ErrorCode.UNAVAILABLE, "server is stopping: state=DRAINING")
            : historian.refusal();
    if (refusal != null) {
      throw refusal;
    }
  }

  /** Checks where a request comes from, and says so. */
  private RequestFacts facts(ServiceRequestContext context, RequestHeaders headers) {
    OriginGuard checks = guard;
    if (checks == null) {
      throw new HistorianException(ErrorCode.UNAVAILABLE, "server is starting");
    }
    checks.check(
        new OriginGuard.Caller(
            headers.authority(),
            headers.get("origin"),
            headers.get("sec-fetch-site"),
            isLink(context, headers)));
    RequestFacts facts =
        new RequestFacts(
            context.remoteAddress().getAddress(),
            headers.contains("forwarded") || headers.contains("x-forwarded-for"),
            headers.method() + " " + context.path(),
            headers.get(HttpHeaderNames.AUTHORIZATION));
    if (tls != null && !context.sessionProtocol().isTls() && !facts.isLocal()) {
      throw new HistorianException(
          ErrorCode.FORBIDDEN,
          "request from another machine came in plain text",
          null,
          "use https:// at the same port",
          null);
    }
    return facts;
  }

  /**
   * Whether the cookie of a login says who asks. A request that changes something must send the
   * session's word too, which only a page of ours knows.
   */
  private boolean isKnownBySession(RequestHeaders headers, RequestFacts facts, Exchange exchange) {
    if (facts.authorization() != null) {
      return false;
    }
    String id =
        headers.cookies().stream()
            .filter(cookie -> cookie.name().equals(Sessions.COOKIE))
            .map(Cookie::value)
            .findFirst()
            .orElse(null);
    Sessions.Session session = id == null ? null : sessions.find(id);
    if (id == null || session == null) {
      return false;
    }
    if (!session.holder().equals(access.holder(session.name()))) {
      sessions.close(id);
      return false;
    }
    boolean isSafe = headers.method() == HttpMethod.GET || headers.method() == HttpMethod.HEAD;
    if (!isSafe && !session.fits(headers.get(Sessions.CSRF_HEADER))) {
      throw new HistorianException(
          ErrorCode.FORBIDDEN,
          "request of a login comes without its word: header=" + Sessions.CSRF_HEADER,
          null,
          "programs send Authorization: Bearer with a token",
          null);
    }
    exchange.session(id, session);
    exchange.principal(new Principal(session.name()));
    return true;
  }

  /**
   * Whether a browser opens the page in a tab: a link in a mail or a wiki must work. The page reads
   * nothing by itself but through scripts of ours, and no other route answers so.
   */
  private static boolean isLink(ServiceRequestContext context, RequestHeaders headers) {
    return context.path().equals("/")
        && headers.method() == HttpMethod.GET
        && "navigate".equals(headers.get("sec-fetch-mode"))
        && "document".equals(headers.get("sec-fetch-dest"));
  }

  private void receive(
      ServiceRequestContext context, HttpRequest request, Route route, Exchange exchange) {
    long announced = request.headers().contentLength();
    int bytesMax = route.bodyBytesMax();
    if (announced > bytesMax && bytesMax > 0) {
      throw RequestBody.tooLarge("body is too large: bytes=" + announced, bytesMax);
    }
    if (bytesMax == 0) {
      // A body nobody reads; the connection is closed after the answer if one comes.
      run(route, exchange, () -> {});
      return;
    }
    BodyCollector[] self = new BodyCollector[1];
    BodyCollector collector =
        new BodyCollector(
            bytesMax,
            announced,
            bodyBytesHeld,
            (long) config.bodyBytesMax() * HELD_BODIES,
            body -> {
              try {
                exchange.body(RequestBody.of(body, request.headers(), bytesMax));
                run(route, exchange, self[0]::release);
              } catch (RuntimeException e) {
                self[0].release();
                exchange.fail(e);
              }
            },
            exchange::fail);
    self[0] = collector;
    request.subscribe(collector, context.eventLoop(), SubscriptionOption.WITH_POOLED_OBJECTS);
  }

  private void run(Route route, Exchange exchange, Runnable onEnd) {
    onLane(route.lane(), () -> route.handler().handle(exchange), exchange::fail, onEnd);
  }

  /** Work of a request. */
  private interface Work {
    void run() throws Exception;
  }

  private void onLane(Route.Lane which, Work work, Consumer<Throwable> onFailure, Runnable onEnd) {
    ExecutorService lane = lanes.get(which);
    try {
      if (lane == null) {
        throw new RejectedExecutionException("stopped");
      }
      lane.execute(
          () -> {
            try {
              work.run();
            } catch (Throwable e) {
              // At the boundary: a stack overflow of a parser must not cost the thread.
              onFailure.accept(e);
            } finally {
              onEnd.run();
            }
          });
    } catch (RejectedExecutionException e) {
      onEnd.run();
      onFailure.accept(
          new HistorianException(
              ErrorCode.BACK_PRESSURED,
              "too many requests wait: lane=" + which,
              null,
              "try again",
              e));
    }
  }

  /**
   * Outcome of a drain.
   *
   * @param waitedFor requests that were under way when it began
   * @param cut those that did not end in time
   */
  public record Drained(int waitedFor, int cut) {}

  /**
   * Ends live streams, refuses new requests and waits for those under way, as long as the stop
   * timeout allows. Probes are answered until {@link #close}.
   */
  public Drained drain() {
    stopping = true;
    live.close();
    int waitedFor = traffic.underWay();
    try {
      return new Drained(waitedFor, traffic.awaitNone(config.stopTimeout()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Drained(waitedFor, traffic.underWay());
    }
  }

  /** Drains, then cuts what is left and frees the port. */
  @Override
  public void close() {
    drain();
    Server running = server;
    if (running != null) {
      awaitClosed(running, running.stop());
    }
    service.close();
    stopLanes();
  }

  /**
   * Waits until the port is free and no connection is left. The protocol library says so two
   * seconds later: its thread that accepted connections lingers in case of work that cannot come
   * any more, nothing of the library's own makes that shorter, and nobody needs to wait for it.
   */
  private void awaitClosed(Server stopping, CompletableFuture<Void> stopped) {
    while (!stopped.isDone() && (!stopping.activePorts().isEmpty() || connections.open() > 0)) {
      LockSupport.parkNanos(1_000_000);
    }
    if (stopped.isCompletedExceptionally()) {
      stopped.join(); // throws
    }
  }

  private void stopLanes() {
    for (ExecutorService lane : lanes.values()) {
      lane.shutdownNow();
    }
    try {
      for (ExecutorService lane : lanes.values()) {
        lane.awaitTermination(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Errors that the protocol library finds itself, in the form of all others. */
  private static final class ProtocolErrors implements ServerErrorHandler {
    @Override
    public HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
      HistorianException error;
      if (cause instanceof HistorianException known) {
        error = known;
      } else if (cause instanceof RequestTimeoutException) {
        error =
            new HistorianException(
                ErrorCode.DEADLINE_EXCEEDED,
                "request took longer than it may: requestTimeoutMs="
                    + context.config().requestTimeoutMillis(),
                null,
                "send faster, or ask for less",
                null);
      } else {
        error =
            new HistorianException(
                ErrorCode.INTERNAL, "request failed in the server: " + context.id().text());
      }
      return HttpResponse.of(
          ResponseHeaders.builder(HttpStatus.valueOf(ErrorMap.status(error.code())))
              .contentType(MediaType.JSON_UTF_8)
              .build(),
          HttpData.wrap(Exchange.errorBody(error, context.id().text())));
    }

    @Override
    public AggregatedHttpResponse renderStatus(
        @Nullable ServiceRequestContext context,
        ServiceConfig service,
        @Nullable RequestHeaders headers,
        HttpStatus status,
        @Nullable String description,
        @Nullable Throwable cause) {
      ErrorCode code =
          switch (status.code()) {
            case 404 -> ErrorCode.NOT_FOUND;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 408 -> ErrorCode.DEADLINE_EXCEEDED;
            case 413 -> ErrorCode.BODY_TOO_LARGE;
            case 414, 431 -> ErrorCode.TOO_LONG;
            case 429 -> ErrorCode.BACK_PRESSURED;
            case 503 -> ErrorCode.UNAVAILABLE;
            default -> status.code() >= 500 ? ErrorCode.INTERNAL : ErrorCode.MALFORMED;
          };
      HistorianException error =
          new HistorianException(code, "request is refused: status=" + status.codeAsText());
      HttpStatus answered =
          code == ErrorCode.DEADLINE_EXCEEDED ? HttpStatus.valueOf(ErrorMap.status(code)) : status;
      return AggregatedHttpResponse.of(
          ResponseHeaders.builder(answered)
              .contentType(MediaType.JSON_UTF_8)
              .set(SECURITY_HEADERS.entrySet()) // a broken request does not get the server's own
              .build(),
          HttpData.wrap(Exchange.errorBody(error, context == null ? "none" : context.id().text())));
    }

    @Override
    public AggregatedHttpResponse onProtocolViolation(
        ServiceConfig service,
        @Nullable RequestHeaders headers,
        HttpStatus status,
        @Nullable String description,
        @Nullable Throwable cause) {
      return renderStatus(null, service, headers, status, description, cause);
    }
  }
}
