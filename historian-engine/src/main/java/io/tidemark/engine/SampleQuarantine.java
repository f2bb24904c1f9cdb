package io.tidemark.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidemark.ingest.RefusedSamples;
import io.tidemark.ingest.SampleSink;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples that a rule refused, a line of JSON each, until someone changes the rule and replays
 * them. Two files of half the bound: when the newer is full, the older is dropped. Not forced:
 * whoever sent them was told that they are not stored. Safe from any thread.
 */
public final class SampleQuarantine implements RefusedSamples, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SampleQuarantine.class);
  private static final String NEWER = "refused.jsonl";
  private static final String OLDER = "refused.1.jsonl";
  private static final String REPLAYED = "refused.replay.jsonl";
  private static final int SHOWN_MAX = 1_000;

  /** Reasons for which samples are kept. */
  static final Set<ErrorCode> KEPT = WriteSession.MENDABLE;

  private static final JsonFactory JSON = new JsonFactory();

  /**
   * A sample as it is kept.
   *
   * @param receivedNs when it was refused
   * @param value a {@link Long}, {@link Double}, {@link Boolean} or {@link String}, or null
   */
  public record Refused(
      long receivedNs,
      String principal,
      String code,
      String message,
      String tag,
      long timeNs,
      @Nullable Object value,
      int status) {}

  private final Path folder;
  private final long fileBytesMax;
  private final LongSupplier epochNs;

  /* Guarded by this. */
  private @Nullable OutputStream out;
  private long newerBytes;
  private final Map<ErrorCode, LongAdder> refused = new EnumMap<>(ErrorCode.class);
  private long dropped;
  private boolean isClosed;

  /**
   * A quarantine.
   *
   * @param folder made when the first sample comes
   * @param bytesMax of all its files; 0 keeps nothing
   */
  SampleQuarantine(Path folder, long bytesMax, LongSupplier epochNs) {
    this.folder = folder;
    this.fileBytesMax = bytesMax / 2;
    this.epochNs = epochNs;
    KEPT.forEach(code -> refused.put(code, new LongAdder()));
  }

  @Override
  public synchronized void keep(
      String tag,
      long timeNs,
      @Nullable Object value,
      int status,
      Principal principal,
      HistorianException why) {
    LongAdder count = refused.get(why.code());
    if (count != null) {
      count.increment();
    }
    if (fileBytesMax == 0 || isClosed) {
      dropped++;
      return;
    }
    try {
      byte[] line =
          line(
              new Refused(
                  epochNs.getAsLong(),
                  principal.name(),
                  why.code().name(),
                  why.messageText(),
                  tag,
                  timeNs,
                  value,
                  status));
      OutputStream file = opened();
      if (newerBytes + line.length > fileBytesMax) {
        file = rotated();
      }
      file.write(line);
      newerBytes += line.length;
    } catch (IOException e) {
      if (dropped++ == 0) {
        LOG.warn("refused samples cannot be kept: folder={}", folder, e);
      }
    }
  }

  private OutputStream opened() throws IOException {
    OutputStream file = out;
    if (file == null) {
      Files.createDirectories(folder);
      Path newer = folder.resolve(NEWER);
      file =
          new BufferedOutputStream(
              Files.newOutputStream(newer, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
      newerBytes = Files.size(newer);
      out = file;
    }
    return file;
  }

  private OutputStream rotated() throws IOException {
    closeFile();
    dropped += count(folder.resolve(OLDER));
    Files.move(folder.resolve(NEWER), folder.resolve(OLDER), StandardCopyOption.REPLACE_EXISTING);
    return opened();
  }

  private static long count(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines.count();
    }
  }

  private void closeFile() throws IOException {
    OutputStream file = out;
    out = null;
    if (file != null) {
      file.close();
    }
  }

  private static byte[] line(Refused refused) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("receivedNs", refused.receivedNs);
      json.writeStringField("principal", refused.principal);
      json.writeStringField("code", refused.code);
      json.writeStringField("message", refused.message);
      json.writeStringField("tag", refused.tag);
      json.writeNumberField("ns", refused.timeNs);
      switch (refused.value) {
        case Long whole -> json.writeNumberField("whole", whole);
        case Double decimal -> json.writeNumberField("bits", Double.doubleToRawLongBits(decimal));
        case Boolean bool -> json.writeBooleanField("bool", bool);
        case String string -> json.writeStringField("text", string);
        case null, default -> {
          // a sample without a value
        }
      }
      json.writeNumberField("status", Integer.toUnsignedLong(refused.status));
      json.writeEndObject();
    }
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable Refused read(String line) {
    long receivedNs = 0;
    String principal = "";
    String code = "";
    String message = "";
    String tag = null;
    long ns = 0;
    Object value = null;
    int status = 0;
    try (JsonParser json = JSON.createParser(line)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "receivedNs" -> receivedNs = json.getLongValue();
          case "principal" -> principal = json.getText();
          case "code" -> code = json.getText();
          case "message" -> message = json.getText();
          case "tag" -> tag = json.getText();
          case "ns" -> ns = json.getLongValue();
          case "whole" -> value = json.getLongValue();
          case "bits" -> value = Double.longBitsToDouble(json.getLongValue());
          case "bool" -> value = json.getBooleanValue();
          case "text" -> value = json.getText();
          case "status" -> status = (int) json.getLongValue();
          default -> json.skipChildren();
        }
      }
    } catch (IOException e) {
      return null; // cut off by the end of the process
    }
    return tag == null
        ? null
        : new Refused(receivedNs, principal, code, message, tag, ns, value, status);
  }

  /**
   * What is kept.
   *
   * @param samples how many
   * @param codes how many of each
   * @param newest the last of them, the newest first
   */
  public record Content(long samples, long bytes, Map<String, Long> codes, List<Refused> newest) {}

  /** Reads the files. */
  synchronized Content content() {
    Map<String, Long> codes = new TreeMap<>();
    Deque<Refused> newest = new ArrayDeque<>();
    long[] sums = new long[2];
    try {
      flush();
      for (String name : List.of(REPLAYED, OLDER, NEWER)) {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
          continue;
        }
        sums[1] += Files.size(file);
        try (BufferedReader lines = Files.newBufferedReader(file)) {
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Refused refused = read(line);
            if (refused != null) {
              sums[0]++;
              codes.merge(refused.code, 1L, Long::sum);
              newest.addFirst(refused);
              if (newest.size() > SHOWN_MAX) {
                newest.removeLast();
              }
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Content(sums[0], sums[1], codes, new ArrayList<>(newest));
  }

  private void flush() throws IOException {
    if (out != null) {
      out.flush();
    }
  }

  /** Sends the samples once more; acknowledged ones go for good. */
  interface Replay {
    /**
     * Stores what {@code samples} gives to the sink, and waits until it is safe.
     *
     * @throws HistorianException if nothing of it is certain: it is kept
     */
    WriteReport store(Samples samples);

    /** Gives the samples. */
    @FunctionalInterface
    interface Samples {
      /** Reads all of them. */
      void into(SampleSink sink, WriteReport report);
    }
  }

  /** Tries all samples again: those that are refused again are kept again, by their new reason. */
  WriteReport replay(Replay replay) {
    Path file = folder.resolve(REPLAYED);
    synchronized (this) {
      try {
        closeFile();
        // What an earlier replay left is replayed with the rest: a repeat is not stored twice.
        for (String name : List.of(OLDER, NEWER)) {
          Path part = folder.resolve(name);
          if (Files.exists(part)) {
            try (OutputStream all =
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
              Files.copy(part, all);
            }
            Files.delete(part);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    if (!Files.exists(file)) {
      return new WriteReport();
    }
    WriteReport report = replay.store((sink, result) -> give(file, sink, result));
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return report;
  }

  private static void give(Path file, SampleSink sink, WriteReport report) {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      long number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        Refused refused = read(line);
        if (refused != null) {
          try {
            give(refused, sink);
            report.store();
          } catch (HistorianException e) {
            if (e.code().kind() != ErrorCode.Kind.USER) {
              throw e;
            }
            report.refuse("line " + number, e);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void give(Refused sample, SampleSink sink) {
    switch (sample.value) {
      case Long whole -> sink.integer(sample.tag, sample.timeNs, whole, sample.status);
      case Double decimal -> sink.decimal(sample.tag, sample.timeNs, decimal, sample.status);
      case Boolean bool -> sink.bool(sample.tag, sample.timeNs, bool, sample.status);
      case String string -> sink.text(sample.tag, sample.timeNs, string, sample.status);
      case null, default -> sink.absent(sample.tag, sample.timeNs, sample.status);
    }
  }

  /** Forgets all. */
  synchronized void clear() {
    try {
      closeFile();
      for (String name : List.of(NEWER, OLDER, REPLAYED)) {
        Files.deleteIfExists(folder.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Samples that came so far. */
  long samples() {
    return refused.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Those that came for a reason. */
  long samples(ErrorCode code) {
    LongAdder count = refused.get(code);
    return count == null ? 0 : count.sum();
  }

  /** Those of them that are not kept any more, or never were. */
  synchronized long dropped() {
    return dropped;
  }

  @Override
  public synchronized void close() throws IOException {
    isClosed = true;
    closeFile();
  }
}
