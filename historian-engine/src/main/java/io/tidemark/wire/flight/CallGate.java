package io.tidemark.wire.flight;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.tidemark.engine.Historian;
import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.RequestFacts;
import io.tidemark.ingest.AckLevel;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.wire.ProducerHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.flight.grpc.StatusUtils;
import org.jspecify.annotations.Nullable;

/**
 * What every call passes first: the credentials, the state of the server. Handshakes end here: they
 * are logins by the header of the call. Safe from any thread.
 */
final class CallGate implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<String> TIME_ZONE = key("time-zone");
  private static final Metadata.Key<String> AS_OF = key("as-of");
  private static final Metadata.Key<String> TEXTS = key("texts");
  private static final Metadata.Key<String> ACK = key("ack");
  private static final Metadata.Key<String> FORWARDED = key("forwarded");
  private static final Metadata.Key<String> X_FORWARDED_FOR = key("x-forwarded-for");

  /** Sent by clients that speak to InfluxDB, which reads all times in UTC. */
  private static final Metadata.Key<String> DATABASE = key("database");

  private static final Metadata.Key<String> BUCKET = key("bucket-name");

  private final Historian historian;
  private final AccessHook access;
  private final long waitNanosMax;
  private final Set<Waiting<?, ?>> waiting = ConcurrentHashMap.newKeySet();
  private final LongAdder givenUp = new LongAdder();
  private final AtomicInteger underWay = new AtomicInteger();
  private final LongAdder calls = new LongAdder();
  private final LongAdder callsRefused = new LongAdder();
  private volatile boolean stopping;

  /**
   * A gate that lets calls through.
   *
   * @param waitMax how long a call may wait for the message that says what it wants
   */
  CallGate(Historian historian, AccessHook access, Duration waitMax) {
    this.historian = historian;
    this.access = access;
    this.waitNanosMax = waitMax.toNanos();
  }

  /** A call whose client has not said yet what it wants; whoever ends that first goes on. */
  private static final class Waiting<Q, R> {
    private final ServerCall<Q, R> call;
    private final long sinceNanos = System.nanoTime();
    private final AtomicBoolean isOver = new AtomicBoolean();

    Waiting(ServerCall<Q, R> call) {
      this.call = call;
    }
  }

  /** Gives up calls whose clients do not say what they want. */
  void look() {
    long now = System.nanoTime();
    for (Waiting<?, ?> each : waiting) {
      if (now - each.sinceNanos > waitNanosMax && each.isOver.compareAndSet(false, true)) {
        givenUp.increment();
        each.call.close(
            Status.DEADLINE_EXCEEDED.withDescription(
                "DEADLINE_EXCEEDED: message of the call did not come in time"),
            new Metadata());
      }
    }
  }

  long givenUp() {
    return givenUp.sum();
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    calls.increment();
    String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
    Caller caller;
    try {
      if (method.equals("Handshake")) {
        return handshake(call, headers);
      }
      caller = admit(call, headers, method);
    } catch (RuntimeException e) {
      callsRefused.increment();
      return refuse(call, StatusUtils.toGrpcException(FlightErrors.of(e)));
    }
    if (method.equals("DoExchange")) {
      return refuse(
          call,
          Status.UNIMPLEMENTED
              .withDescription("METHOD_NOT_ALLOWED: DoExchange is not served; use Flight SQL")
              .asRuntimeException());
    }
    underWay.incrementAndGet();
    AtomicBoolean isOpen = new AtomicBoolean(true);
    ServerCall.Listener<Q> listener;
    try {
      listener =
          Contexts.interceptCall(
              Context.current().withValue(Caller.KEY, caller), call, headers, next);
    } catch (RuntimeException e) {
      ended(isOpen);
      throw e;
    }
    Waiting<Q, R> request = new Waiting<>(call);
    waiting.add(request);
    boolean isSingle = call.getMethodDescriptor().getType().clientSendsOneMessage();
    return new SimpleForwardingServerCallListener<>(listener) {
      private boolean isGivenUp;

      // Whether the call goes on with what came.
      private boolean arrived() {
        if (waiting.remove(request)) {
          isGivenUp = !request.isOver.compareAndSet(false, true);
        }
        return !isGivenUp;
      }

      @Override
      public void onMessage(Q message) {
        if (isSingle || arrived()) {
          super.onMessage(message);
        }
      }

      @Override
      public void onHalfClose() {
        if (arrived()) {
          super.onHalfClose();
        }
      }

      @Override
      public void onComplete() {
        waiting.remove(request);
        ended(isOpen);
        super.onComplete();
      }

      @Override
      public void onCancel() {
        waiting.remove(request);
        ended(isOpen);
        super.onCancel();
      }
    };
  }

  /**
   * A login by the header of the call, as Arrow's clients make it: what later calls show comes back
   * in the header of the same name, before the answer and behind it, since clients differ in where
   * they look for it. Messages are not read.
   */
  private <Q, R> ServerCall.Listener<Q> handshake(ServerCall<Q, R> call, Metadata headers) {
    String bearer = access.logIn(facts(call, headers, "Handshake"));
    requireServing();
    Metadata answer = new Metadata();
    Metadata trailer = new Metadata();
    if (bearer != null) {
      answer.put(AUTHORIZATION, bearer);
      trailer.put(AUTHORIZATION, bearer);
    }
    call.sendHeaders(answer);
    call.close(Status.OK, trailer);
    return new ServerCall.Listener<>() {};
  }

  private void ended(AtomicBoolean isOpen) {
    if (isOpen.compareAndSet(true, false)) {
      underWay.decrementAndGet();
    }
  }

  private static <Q, R> ServerCall.Listener<Q> refuse(ServerCall<Q, R> call, Throwable error) {
    call.close(Status.fromThrowable(error), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private Caller admit(ServerCall<?, ?> call, Metadata headers, String method) {
    RequestFacts facts = facts(call, headers, method);
    Principal principal = access.authenticate(facts);
    requireServing();
    return new Caller(
        principal,
        facts.peer().getHostAddress(),
        zone(headers),
        headers.get(AS_OF),
        withDictionaries(headers),
        level(headers),
        ProducerHeaders.requestId(name -> headers.get(key(name))),
        call::isReady);
  }

  private static RequestFacts facts(ServerCall<?, ?> call, Metadata headers, String method) {
    boolean forwarded = headers.containsKey(FORWARDED) || headers.containsKey(X_FORWARDED_FOR);
    return new RequestFacts(peer(call), forwarded, "Flight " + method, headers.get(AUTHORIZATION));
  }

  private void requireServing() {
    HistorianException refusal =
        stopping
            ? new HistorianException(ErrorCode.UNAVAILABLE, "server is stopping: state=DRAINING")
            : historian.refusal();
    if (refusal != null) {
      throw refusal;
    }
  }

  private static InetAddress peer(ServerCall<?, ?> call) {
    if (call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress at) {
      return at.getAddress();
    }
    throw new HistorianException(ErrorCode.FORBIDDEN, "call has no address of a peer");
  }

  private static boolean withDictionaries(Metadata headers) {
    String texts = headers.get(TEXTS);
    if (texts == null || texts.equals("plain")) {
      return false;
    }
    if (texts.equals("dictionary")) {
      return true;
    }
    throw new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "header is no form of texts: texts=" + ErrorText.quote(texts),
        "texts",
        "texts: plain, or texts: dictionary",
        null);
  }

  private static AckLevel level(Metadata headers) {
    String ack = headers.get(ACK);
    if (ack == null || ack.equals("synced")) {
      return AckLevel.SYNCED;
    }
    if (ack.equals("journaled")) {
      return AckLevel.JOURNALED;
    }
    throw new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "header is no level of acknowledgements: ack=" + ErrorText.quote(ack),
        "ack",
        "ack: synced, or ack: journaled",
        null);
  }

  private static @Nullable ZoneId zone(Metadata headers) {
    String name = headers.get(TIME_ZONE);
    if (name == null) {
      return headers.containsKey(DATABASE) || headers.containsKey(BUCKET) ? ZoneOffset.UTC : null;
    }
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "header is no time zone: time-zone=" + ErrorText.quote(name),
          "time-zone",
          "UTC, or a name such as Europe/Berlin",
          e);
    }
  }

  /** Refuses calls from now on. */
  void stop() {
    stopping = true;
  }

  int underWay() {
    return underWay.get();
  }

  long calls() {
    return calls.sum();
  }

  long callsRefused() {
    return callsRefused.sum();
  }
}
