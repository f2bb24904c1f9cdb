package io.tidemark.wire.pg;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Cuts bytes into messages. Every length is checked before its bytes are waited for; what is no
 * message ends the connection. Runs on the connection's event loop.
 */
final class FrameDecoder extends ByteToMessageDecoder {
  /** Longest first message, as PostgreSQL has it. */
  static final int STARTUP_BYTES_MAX = 10_000;

  /** Longest message before the login is done. */
  static final int LOGIN_BYTES_MAX = 10_000;

  private static final int STARTUP_BYTES_MIN = 8;
  private static final String TYPES = "QPBDECHSXFdcfp";

  private final int bytesMax;
  private final IntPredicate reserve;
  private boolean isStarted;
  private boolean isLoggedIn;
  private boolean isRefused;
  private int reserved;
  private long messages;

  /**
   * A decoder.
   *
   * @param reserve takes room for a long message, false if there is none
   */
  FrameDecoder(int bytesMax, IntPredicate reserve) {
    this.bytesMax = bytesMax;
    this.reserve = reserve;
  }

  /** Messages have a type and may be short only, from now on. */
  void started() {
    isStarted = true;
  }

  /** Messages may be long from now on. */
  void loggedIn() {
    isLoggedIn = true;
  }

  /** Messages so far. */
  long messages() {
    return messages;
  }

  /** Bytes that arrived and were not cut yet. */
  int buffered() {
    return actualReadableBytes();
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> cut) {
    if (isRefused) {
      in.skipBytes(in.readableBytes());
      return;
    }
    int header = isStarted ? 5 : 4;
    if (in.readableBytes() < header) {
      return;
    }
    int at = in.readerIndex();
    char type = isStarted ? (char) (in.getByte(at) & 0xFF) : Frame.STARTUP;
    int length = in.getInt(at + header - 4);
    if (isStarted && TYPES.indexOf(type) < 0) {
      refuse(in, "invalid frontend message type " + (int) type);
    }
    int min = isStarted ? 4 : STARTUP_BYTES_MIN;
    int max = isStarted ? (isLoggedIn ? bytesMax : LOGIN_BYTES_MAX) : STARTUP_BYTES_MAX;
    if (length < min || length > max) {
      refuse(in, "invalid message length: bytes=" + length + ", bytesMax=" + max);
    }
    if (reserved == 0 && length > LOGIN_BYTES_MAX) {
      if (!reserve.test(length)) {
        refuse(in, "too many long messages at a time: bytes=" + length);
      }
      reserved = length;
    }
    if (in.readableBytes() < header - 4 + length) {
      return;
    }
    in.skipBytes(header);
    byte[] body = new byte[length - 4];
    in.readBytes(body);
    reserved = 0;
    cut.add(new Frame(type, body));
    messages++;
  }

  /** Bytes that were reserved for a message that did not come. */
  int takeReserved() {
    int left = reserved;
    reserved = 0;
    return left;
  }

  private void refuse(ByteBuf in, String message) {
    isRefused = true;
    in.skipBytes(in.readableBytes());
    throw PgException.protocol(message);
  }
}
