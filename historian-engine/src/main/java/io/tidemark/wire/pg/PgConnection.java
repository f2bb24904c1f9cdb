package io.tidemark.wire.pg;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.tidemark.model.QueryContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection: takes messages on its event loop, has them worked off by one worker at a time, and
 * stops reading while too many wait. What is shared by both sides is guarded by {@code waiting}.
 */
final class PgConnection extends ChannelInboundHandlerAdapter implements Link {
  private static final Logger LOG = LoggerFactory.getLogger(PgConnection.class);
  private static final int SSL_REQUEST = 80_877_103;
  private static final int GSS_REQUEST = 80_877_104;
  private static final int CANCEL_REQUEST = 80_877_102;
  private static final int WAITING_MAX = 256;
  private static final int WAITING_BYTES_MAX = 1 << 20;

  private final PgServer server;
  private final Channel channel;
  private final FrameDecoder decoder;
  private final int processId;
  private final int secretKey;
  private final boolean isTooMany;
  private final Deque<Frame> waiting = new ArrayDeque<>();
  private final PgSession session;
  private int waitingBytes;
  private boolean isPaused;
  private boolean isScheduled;
  private boolean isParked;
  private boolean isGone;
  private boolean isClosed;
  private long parkings;

  /** Whether a message is worked on, or its answer is on its way. */
  private boolean isBusy;

  /** Whether a message is worked on, so that a cancel request means it. */
  private boolean isWorking;

  private boolean isCancelled;
  private @Nullable QueryContext running;
  private volatile boolean isLoggedIn;
  private boolean isEncrypted;
  private boolean isStarted;
  private boolean isHalfWatched;
  private @Nullable Future<?> loginLimit;

  PgConnection(
      PgServer server,
      Channel channel,
      FrameDecoder decoder,
      int processId,
      int secretKey,
      boolean isTooMany) {
    this.server = server;
    this.channel = channel;
    this.decoder = decoder;
    this.processId = processId;
    this.secretKey = secretKey;
    this.isTooMany = isTooMany;
    this.session = new PgSession(server.door(), this, new Login(server.access(), peer(channel)));
  }

  private static InetAddress peer(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? address.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  // The event loop's side.

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    loginLimit =
        ctx.executor()
            .schedule(
                () -> {
                  if (!isLoggedIn) {
                    server.loginFailed();
                    ctx.close();
                  }
                },
                server.config().loginTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Frame frame = (Frame) message;
    if (frame.type() != Frame.STARTUP || isStarted) {
      add(frame);
      return;
    }
    MessageReader in = new MessageReader(frame.body());
    switch (in.int32()) {
      case SSL_REQUEST -> encrypt(ctx);
      case GSS_REQUEST -> answer(ctx, 'N');
      case CANCEL_REQUEST -> {
        if (in.remaining() == 8) {
          server.cancel(in.int32(), in.int32());
        }
        ctx.close();
      }
      default -> {
        if (isTooMany) {
          refuse(
              ctx,
              SqlState.TOO_MANY_CONNECTIONS,
              "sorry, too many clients already: connectionsMax="
                  + server.config().connectionsMax());
        } else if (!isEncrypted && !server.isLoopback()) {
          refuse(
              ctx,
              SqlState.INVALID_AUTHORIZATION,
              "connection is not encrypted: use sslmode=require");
        } else if (server.isDraining()) {
          refuse(ctx, SqlState.CANNOT_CONNECT_NOW, "the database system is shutting down");
        } else {
          isStarted = true;
          decoder.started();
          server.started(this);
          add(frame);
        }
      }
    }
  }

  private void encrypt(ChannelHandlerContext ctx) {
    if (isEncrypted || !server.hasTls()) {
      answer(ctx, 'N');
      return;
    }
    if (decoder.buffered() > 0) {
      // Sent before the encryption began: somebody in between could have put it there.
      refuse(ctx, SqlState.PROTOCOL_VIOLATION, "received unencrypted data after SSL request");
      return;
    }
    answer(ctx, 'S');
    isEncrypted = true;
    SslHandler tls = new SslHandler(server.tlsEngine());
    tls.setHandshakeTimeoutMillis(server.config().loginTimeout().toMillis());
    ctx.pipeline().addFirst(tls);
  }

  private static void answer(ChannelHandlerContext ctx, char letter) {
    ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) letter}));
  }

  private static void refuse(ChannelHandlerContext ctx, String state, String message) {
    PgOutput out = new PgOutput();
    new ErrorReply("FATAL", state, message, null, 0).write(out);
    int length = out.length();
    ctx.writeAndFlush(Unpooled.wrappedBuffer(out.take(), 0, length))
        .addListener(ChannelFutureListener.CLOSE);
  }

  /** What has begun must end: a message that trickles in holds memory, of which there is little. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (isLoggedIn && !isHalfWatched && decoder.buffered() > 0) {
      isHalfWatched = true;
      watchHalf(ctx, decoder.messages());
    }
    ctx.fireChannelReadComplete();
  }

  private void watchHalf(ChannelHandlerContext ctx, long messages) {
    ctx.executor()
        .schedule(
            () -> {
              isHalfWatched = false;
              if (!ctx.channel().isActive() || decoder.buffered() == 0) {
                return;
              }
              if (decoder.messages() == messages && channel.config().isAutoRead()) {
                server.stalled();
                exceptionCaught(
                    ctx, PgException.protocol("message did not come to its end in time"));
              } else {
                isHalfWatched = true; // another one, or nothing is read for a while
                watchHalf(ctx, decoder.messages());
              }
            },
            server.config().stallTimeout().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      goOn(false);
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Future<?> limit = loginLimit;
    if (limit != null) {
      limit.cancel(false);
    }
    server.release(decoder.takeReserved());
    QueryContext stopped;
    synchronized (waiting) {
      isGone = true;
      stopped = running;
    }
    if (stopped != null) {
      server.stop(stopped);
    }
    wake();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable failure =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (failure instanceof PgException known) {
      server.protocolError();
      logClosed(known.text());
      refuse(ctx, known.state(), known.text());
      return;
    }
    if (failure instanceof SSLException) {
      logClosed("TLS failed: " + failure.getMessage());
    } else {
      LOG.debug("connection failed: peer={}", channel.remoteAddress(), failure);
    }
    ctx.close();
  }

  private void logClosed(String reason) {
    long leftOut = server.log().admit();
    if (leftOut >= 0) {
      LOG.info(
          "connection is closed: peer={}, leftOut={}: {}",
          channel.remoteAddress(),
          leftOut,
          reason);
    }
  }

  private void add(Frame frame) {
    synchronized (waiting) {
      if (isGone) {
        return;
      }
      waiting.add(frame);
      waitingBytes += frame.body().length;
      if (!isPaused && (waiting.size() > WAITING_MAX || waitingBytes > WAITING_BYTES_MAX)) {
        isPaused = true;
        channel.config().setAutoRead(false);
      }
      isBusy = true;
      isWorking = true;
      schedule();
    }
  }

  /** Under the lock. */
  private void schedule() {
    if (!isScheduled && !isParked && !isClosed) {
      isScheduled = true;
      server.submit(this::work);
    }
  }

  // The worker's side.

  private void work() {
    try {
      while (true) {
        if (isOver()) {
          return;
        }
        if (session.isUnderWay()) {
          if (!session.advance() && park()) {
            return;
          }
          continue;
        }
        Frame frame = next();
        if (frame == null) {
          return;
        }
        session.handle(frame);
        server.release(reserved(frame));
      }
    } catch (RuntimeException | Error e) {
      LOG.error("session failed", e);
      channel.close();
      synchronized (waiting) {
        isGone = true;
      }
      isOver();
    }
  }

  private static int reserved(Frame frame) {
    int length = frame.body().length + 4;
    return length > FrameDecoder.LOGIN_BYTES_MAX ? length : 0;
  }

  /** Ends the session once the client is gone. */
  private boolean isOver() {
    synchronized (waiting) {
      if (!isGone) {
        return false;
      }
      if (isClosed) {
        return true;
      }
      isClosed = true;
      waiting.forEach(frame -> server.release(reserved(frame)));
      waiting.clear();
    }
    try {
      session.close();
    } finally {
      server.ended(this);
    }
    return true;
  }

  private @Nullable Frame next() {
    Frame frame;
    boolean isFirstLook = true;
    while (true) {
      synchronized (waiting) {
        if (isGone) {
          return Frame.STOPPED; // the session ends before it is looked at
        }
        frame = waiting.poll();
        if (frame != null) {
          waitingBytes -= frame.body().length;
          if (isPaused && waiting.size() <= WAITING_MAX / 2) {
            isPaused = false;
            channel.config().setAutoRead(true);
          }
          return frame;
        }
        // Before the answer goes out: the next statement of who has it was not meant.
        isWorking = false;
        isCancelled = false;
        if (!isFirstLook) {
          isScheduled = false;
          isBusy = false;
          return null;
        }
      }
      isFirstLook = false;
      session.flush();
    }
  }

  /** Gives the worker back until the client has room; false if it has some already. */
  private boolean park() {
    session.flush();
    long parking;
    synchronized (waiting) {
      if (channel.isWritable() || isGone) {
        return false;
      }
      isScheduled = false;
      isParked = true;
      parking = ++parkings;
    }
    later(
        server.config().stallTimeout(),
        () -> {
          boolean isStalled;
          synchronized (waiting) {
            isStalled = isParked && parkings == parking;
          }
          if (isStalled) {
            server.stalled();
            logClosed("client does not read its answer");
            channel.close();
          }
        });
    return true;
  }

  @Override
  public void send(PgOutput out) {
    int length = out.length();
    channel.writeAndFlush(Unpooled.wrappedBuffer(out.take(), 0, length), channel.voidPromise());
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void end() {
    session.flush();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void running(@Nullable QueryContext context) {
    boolean isStopped;
    synchronized (waiting) {
      running = context;
      isStopped = context != null && (isCancelled || isGone);
    }
    if (isStopped && context != null) {
      context.cancel();
    }
  }

  @Override
  public Future<?> later(Duration delay, Runnable action) {
    return channel
        .eventLoop()
        .schedule(() -> server.stop(action), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void wake() {
    goOn(true);
  }

  /**
   * Has a worker go on.
   *
   * @param isStopped whether the session must look at its portals
   */
  private void goOn(boolean isStopped) {
    synchronized (waiting) {
      isParked = false;
      if (isStopped && !isGone) {
        waiting.add(Frame.STOPPED);
      }
      schedule();
    }
  }

  @Override
  public void loggedIn() {
    isLoggedIn = true;
    server.loggedIn();
    channel.eventLoop().execute(decoder::loggedIn);
  }

  @Override
  public int processId() {
    return processId;
  }

  @Override
  public int secretKey() {
    return secretKey;
  }

  // Called by the server.

  /** Stops what runs. */
  void cancel() {
    QueryContext stopped;
    synchronized (waiting) {
      isCancelled = isWorking;
      stopped = running;
    }
    if (stopped != null) {
      stopped.cancel();
    }
  }

  boolean isBusy() {
    synchronized (waiting) {
      return isBusy && !isClosed;
    }
  }

  /** Tells the client that the server stops, and closes. */
  void shut() {
    channel
        .eventLoop()
        .execute(
            () -> {
              if (isLoggedIn && channel.isActive()) {
                refuse(
                    channel.pipeline().lastContext(),
                    SqlState.ADMIN_SHUTDOWN,
                    "terminating connection due to administrator command");
              }
              channel.close();
            });
  }
}
