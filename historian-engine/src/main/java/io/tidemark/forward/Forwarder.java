package io.tidemark.forward;

import io.tidemark.client.RequestSender;
import io.tidemark.client.RetryRule;
import io.tidemark.client.SenderOptions;
import io.tidemark.client.TrustedCertificates;
import io.tidemark.model.Agent;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the samples of a store to another server, oldest first, and holds the store's journal until
 * they are acknowledged there. Two {@link #agents}: what is new does not wait for what piled up
 * while the server was away.
 *
 * <p>Run each agent on a thread of its own: it blocks while a request is under way. Then {@link
 * #stop}, end the threads, and {@link #close}.
 */
public final class Forwarder implements AutoCloseable {
  /** A server that comes back is soon noticed. */
  private static final RetryRule RETRY =
      new RetryRule(Duration.ofMillis(100), Duration.ofSeconds(2));

  private final ForwardPlan plan;
  private final RefusedSamples refused;
  private final LiveLane live;
  private final BacklogLane backlog;

  /**
   * Opens the plan. The store's journal must be held from its start until here.
   *
   * @param folder the store's data folder
   * @param epochMicros wall clock, microseconds since the epoch
   * @param nanoClock monotonic clock, that of {@link System#nanoTime}
   * @throws io.tidemark.model.HistorianException if the plan is damaged or another store's.
   */
  public Forwarder(
      ForwardConfig config,
      SampleStore store,
      Path folder,
      LongSupplier epochMicros,
      LongSupplier nanoClock)
      throws IOException {
    SenderOptions options = options(config);
    plan =
        new ForwardPlan(Disk.REAL, folder.resolve("forward"), store.storeId(), store::holdJournal);
    refused = new RefusedSamples(folder, store.tags(), nanoClock);
    ForwardParts parts =
        new ForwardParts(
            config,
            store,
            plan,
            new SentTags(store.tags(), refused),
            refused,
            epochMicros,
            nanoClock);
    live = new LiveLane(parts, new RequestSender(options));
    backlog = new BacklogLane(parts, new RequestSender(options));
  }

  private static SenderOptions options(ForwardConfig config) throws IOException {
    URI to = Objects.requireNonNull(config.to());
    SenderOptions options = SenderOptions.to(to).withRetry(RETRY);
    if (InetAddress.getByName(to.getHost()).isLoopbackAddress()) {
      options = options.withGzipBytesMin(SenderOptions.NEVER_GZIP); // costs more than it saves
    }
    Path tokenFile = config.tokenFile();
    if (tokenFile != null) {
      token(tokenFile); // better known now than with the first request
      options = options.withToken(() -> token(tokenFile));
    }
    Path trustFile = config.trustFile();
    if (trustFile != null) {
      try {
        options = options.withTls(TrustedCertificates.context(trustFile));
      } catch (GeneralSecurityException e) {
        throw new IOException("file of certificates cannot be used: file=" + trustFile, e);
      }
    }
    return options;
  }

  private static @Nullable String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("token cannot be read: file=" + file, e);
    }
  }

  /** The agents, each for a thread of its own. */
  public List<Agent> agents() {
    return List.of(live, backlog);
  }

  /** How it goes. */
  public ForwardStatus status() {
    ForwardStatus.Trouble trouble = live.trouble();
    return new ForwardStatus(
        live.samplesSent() + backlog.samplesSent(),
        live.requestsSent() + backlog.requestsSent(),
        live.repeats() + backlog.repeats(),
        refused.total(),
        plan.backlogFrames(),
        live.lagSeconds(),
        backlog.lagSeconds(),
        trouble == null ? backlog.trouble() : trouble);
  }

  /** Gives up what is under way: the next start sends it again. */
  public void stop() {
    live.stop();
    backlog.stop();
  }

  @Override
  public void close() throws IOException {
    live.close();
    backlog.close();
    plan.close();
  }
}
