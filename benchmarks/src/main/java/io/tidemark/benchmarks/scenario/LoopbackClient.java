package io.tidemark.benchmarks.scenario;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Asks for pages over one connection that is kept open, and reads answers to their end without
 * looking at them: what a client in C costs, so that the server is measured. HTTP/1.1, answers with
 * a length or in chunks. One thread.
 */
final class LoopbackClient implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;

  /** Where the number is in {@code HTTP/1.1 200 OK}. */
  private static final int STATUS_AT = 9;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final String host;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  LoopbackClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    out = socket.getOutputStream();
    host = "127.0.0.1:" + port;
  }

  /**
   * Bytes of an answer's body.
   *
   * @throws IOException also if the status is not 200
   */
  long get(String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    return answer(path);
  }

  /**
   * Bytes of the answer to a body.
   *
   * @throws IOException also if the status is not 200
   */
  long post(String path, String contentType, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    out.write(head(path, contentType, bytes.length));
    out.write(bytes);
    return answer(path + ": " + body);
  }

  /** Status of the answer to a body of plain text; the answer is read. */
  int send(String path, byte[] body) throws IOException {
    out.write(head(path, "text/plain", body.length));
    out.write(body);
    out.flush();
    return Integer.parseInt(read().status.substring(STATUS_AT, STATUS_AT + 3));
  }

  private byte[] head(String path, String contentType, int length) {
    return "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        .formatted(path, host, contentType, length)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private long answer(String asked) throws IOException {
    out.flush();
    Answer answer = read();
    if (!answer.status.startsWith("HTTP/1.1 200")) {
      throw new IOException(answer.status + ": " + asked);
    }
    return answer.bytes;
  }

  /** The first line of an answer, and how long its body was. */
  private record Answer(String status, long bytes) {}

  private Answer read() throws IOException {
    String status = line();
    long length = status.startsWith(" 204", STATUS_AT - 1) ? 0 : -1;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Long.parseLong(header.substring(header.indexOf(':') + 1).strip());
      }
    }
    long bytes = 0;
    if (length >= 0) {
      skip(length);
      bytes = length;
    } else {
      for (long chunk = chunk(); chunk > 0; chunk = chunk()) {
        skip(chunk);
        line();
        bytes += chunk;
      }
      line();
    }
    return new Answer(status, bytes);
  }

  private long chunk() throws IOException {
    return Long.parseLong(line(), 16);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("connection closed within an answer");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private void skip(long count) throws IOException {
    for (long left = count; left > 0; ) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new EOFException("connection closed within an answer");
      }
      left -= read;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
