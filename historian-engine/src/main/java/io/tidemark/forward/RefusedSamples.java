package io.tidemark.forward;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.client.RefusedItem;
import io.tidemark.client.RequestOutcome;
import io.tidemark.model.ErrorText;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server would not take, a line of JSON each, in a file beside the store that a person
 * reads and a program may send again. A full file takes the place of the one before. The server
 * names the first thousand of a request; all are counted. Safe from any thread.
 */
final class RefusedSamples {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedSamples.class);
  private static final String FILE = "forward-refused.jsonl";
  private static final String OLD_FILE = "forward-refused.jsonl.old";
  private static final long FILE_BYTES_MAX = 16L << 20;
  private static final long LOG_INTERVAL_NS = 60_000_000_000L;
  private static final Pattern ROW = Pattern.compile("(?:^|\\D)(\\d+)(?:\\D|$)");

  private final Path folder;
  private final TagCatalog tags;
  private final LongSupplier nanoClock;
  private final ObjectMapper mapper = new ObjectMapper();
  private long total;
  private long nextLogNanos;

  RefusedSamples(Path folder, TagCatalog tags, LongSupplier nanoClock) {
    this.folder = folder;
    this.tags = tags;
    this.nanoClock = nanoClock;
    nextLogNanos = nanoClock.getAsLong();
  }

  /** Samples refused since the start. */
  synchronized long total() {
    return total;
  }

  /** Notes what was refused of a request. */
  synchronized void samples(RequestOutcome outcome, RequestSamples samples) {
    total += outcome.refusedCount();
    note(outcome, samples, "samples");
  }

  /** Notes definitions that were refused: the server keeps its own, and judges samples by it. */
  synchronized void tags(RequestOutcome outcome) {
    note(outcome, null, "definitions of tags");
  }

  private void note(RequestOutcome outcome, @Nullable RequestSamples samples, String what) {
    if (outcome.refused().isEmpty()) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    for (RefusedItem item : outcome.refused()) {
      lines.append(line(item, samples)).append('\n');
    }
    long now = nanoClock.getAsLong();
    if (now - nextLogNanos >= 0) {
      nextLogNanos = now + LOG_INTERVAL_NS;
      LOG.warn(
          "server refused {}: count={}, first={}: {}, file={}",
          what,
          outcome.refusedCount(),
          outcome.refused().getFirst().code(),
          outcome.refused().getFirst().message(),
          FILE);
    }
    append(lines.toString());
  }

  private String line(RefusedItem item, @Nullable RequestSamples samples) {
    ObjectNode line = mapper.createObjectNode();
    int row = samples == null ? -1 : row(item.where(), samples.count());
    if (samples != null && row >= 0) {
      TagDefinition tag = tags.byId(samples.tagId(row));
      line.put("tag", tag == null ? "#" + samples.tagId(row) : tag.name());
      line.put("ts", ErrorText.time(samples.timeNs(row)));
      line.put("value", samples.valueText(row));
      line.put("status", Integer.toUnsignedLong(samples.status(row)));
    }
    line.put("code", item.code());
    line.put("message", item.message());
    return line.toString();
  }

  /** The row that a place names, counted from 0, or -1. */
  private static int row(String where, int count) {
    Matcher matcher = ROW.matcher(where);
    if (!matcher.find()) {
      return -1;
    }
    try {
      int row = Integer.parseInt(matcher.group(1));
      return row < count ? row : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private void append(String lines) {
    Path file = folder.resolve(FILE);
    try {
      if (Files.exists(file) && Files.size(file) > FILE_BYTES_MAX) {
        Files.move(file, folder.resolve(OLD_FILE), StandardCopyOption.REPLACE_EXISTING);
      }
      Files.write(
          file,
          lines.getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      LOG.warn("cannot write what was refused: file={}, reason={}", file, e.toString());
    }
  }
}
