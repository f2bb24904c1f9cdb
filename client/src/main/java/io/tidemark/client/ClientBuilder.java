package io.tidemark.client;

import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Sets up a {@link TidemarkClient}. One thread. */
public final class ClientBuilder {
  private SenderOptions sender;
  private @Nullable String producer;
  private long epoch;
  private int batchSamples = 10_000;
  private Duration batchAge = Duration.ofMillis(250);
  private long bufferBytesMax = 64L << 20;
  private Duration blockMax = Duration.ofSeconds(10);
  private Duration closeTimeout = Duration.ofSeconds(30);
  private WriteListener listener = WriteListener.NONE;

  ClientBuilder(String server) {
    sender = SenderOptions.to(URI.create(server));
  }

  /** Token of an account that may write; without one the server must trust this machine. */
  public ClientBuilder token(String token) {
    return token(() -> token);
  }

  /** As above; asked before every request, so that a token may be replaced. */
  public ClientBuilder token(Supplier<@Nullable String> token) {
    sender = sender.withToken(token);
    return this;
  }

  /** Which certificates are trusted; default: those that the JDK trusts. */
  public ClientBuilder tls(SSLContext context) {
    sender = sender.withTls(context);
    return this;
  }

  /**
   * Name by which the server knows this client's requests. Default: one that no other client has,
   * so that nothing is known of it after a restart, which is right for a client that keeps nothing
   * either. Two clients of one name shut each other out.
   */
  public ClientBuilder producer(String name) {
    RequestNumber.checkProducer(name);
    producer = name;
    return this;
  }

  /**
   * The epoch to begin with, greater than any that the producer used before. Default: seconds since
   * 1970; the first request then waits for the next second, so that no two starts have the same.
   */
  public ClientBuilder epoch(long first) {
    epoch = new RequestNumber("epoch", first, 1).epoch();
    return this;
  }

  /** Samples after which a batch is sent; default 10 000. */
  public ClientBuilder batchSamples(int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("a batch needs samples: batchSamples=" + samples);
    }
    batchSamples = samples;
    return this;
  }

  /** Age of its first sample after which a batch is sent; default 250 ms. */
  public ClientBuilder batchAge(Duration age) {
    batchAge = age;
    return this;
  }

  /** Bytes of samples that may wait, as they are sent; default 64 MiB. */
  public ClientBuilder bufferBytesMax(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a buffer needs room: bufferBytesMax=" + bytes);
    }
    bufferBytesMax = bytes;
    return this;
  }

  /** How long a write may wait for room in the buffer; default 10 s. */
  public ClientBuilder blockMax(Duration wait) {
    blockMax = wait;
    return this;
  }

  /** How long {@link TidemarkClient#close()} may take; default 30 s. */
  public ClientBuilder closeTimeout(Duration timeout) {
    closeTimeout = timeout;
    return this;
  }

  /** Pauses between attempts. */
  public ClientBuilder retry(RetryRule rule) {
    sender = sender.withRetry(rule);
    return this;
  }

  /** Requests of so many bytes and more are compressed; default 4 KiB. */
  public ClientBuilder gzipBytesMin(int bytes) {
    sender = sender.withGzipBytesMin(bytes);
    return this;
  }

  /** Hears what was not stored; default: nobody, it is counted. */
  public ClientBuilder listener(WriteListener newListener) {
    listener = newListener;
    return this;
  }

  /** Starts the client. It opens its connection with the first samples. */
  public TidemarkClient start() {
    String name = producer;
    return new TidemarkClient(
        new ClientOptions(
            sender,
            name == null ? "java-" + UUID.randomUUID() : name,
            name == null,
            epoch,
            batchSamples,
            batchAge,
            bufferBytesMax,
            blockMax,
            closeTimeout,
            listener));
  }
}
