package io.tidemark.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was already brought into the historian, kept in a small JSON file in its data folder. It
 * never claims more than was acknowledged; it may claim less, since writing twice does no harm. One
 * thread.
 */
final class DemoState {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORMAT = 1;
  private static final long FILE_BYTES_MAX = 1 << 20;

  private final Path file;
  final long seed;
  final int days;
  final Instant anchor;
  private final NavigableMap<Long, Long> filled = new TreeMap<>();
  private boolean areTagsDefined;
  private long contextUntilNs;

  /** A plant of which nothing is filled yet. */
  DemoState(Path file, long seed, int days, Instant anchor) {
    this.file = file;
    this.seed = seed;
    this.days = days;
    this.anchor = anchor;
  }

  /** Reads the file. */
  static DemoState read(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw corrupt(file, "longer than " + FILE_BYTES_MAX + " bytes", null);
      }
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (root.path("format").asInt() != FORMAT) {
        throw corrupt(file, "format is not " + FORMAT, null);
      }
      DemoState state =
          new DemoState(
              file,
              Long.parseLong(root.path("seed").asText()),
              root.path("days").asInt(),
              Instant.parse(root.path("anchor").asText()));
      state.areTagsDefined = root.path("tagsDefined").asBoolean();
      state.contextUntilNs = Long.parseLong(root.path("contextUntilNs").asText("0"));
      for (JsonNode range : root.path("filled")) {
        state.fill(
            new TimeRange(
                Long.parseLong(range.path(0).asText()), Long.parseLong(range.path(1).asText())));
      }
      return state;
    } catch (JsonProcessingException | NumberFormatException | DateTimeException e) {
      throw corrupt(file, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HistorianException corrupt(Path file, String why, @Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.CORRUPT,
        "state of the demo cannot be read: file=" + file + ", reason=" + ErrorText.quote(why),
        null,
        "start with --fresh to make the demo data anew",
        cause);
  }

  /** Replaces the file as a whole. */
  void save() {
    ObjectNode root =
        JSON.createObjectNode()
            .put("format", FORMAT)
            .put("seed", Long.toString(seed))
            .put("days", days)
            .put("anchor", anchor.toString())
            .put("tagsDefined", areTagsDefined)
            .put("contextUntilNs", Long.toString(contextUntilNs));
    ArrayNode ranges = root.putArray("filled");
    filled.forEach(
        (start, end) -> ranges.addArray().add(Long.toString(start)).add(Long.toString(end)));
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      Files.writeString(next, root.toPrettyString() + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot save the state of the demo: file=" + file, e);
    }
  }

  /** Notes that a range is filled. */
  void fill(TimeRange range) {
    long start = range.startNs();
    long end = range.endNs();
    var before = filled.floorEntry(start);
    if (before != null && before.getValue() >= start) {
      start = before.getKey();
      end = Math.max(end, before.getValue());
    }
    var inside = filled.ceilingEntry(start);
    while (inside != null && inside.getKey() <= end) {
      end = Math.max(end, inside.getValue());
      filled.remove(inside.getKey());
      inside = filled.ceilingEntry(start);
    }
    filled.put(start, end);
  }

  /** What is not filled of {@code [startNs, endNs)}, oldest first. */
  List<TimeRange> missing(long startNs, long endNs) {
    List<TimeRange> missing = new ArrayList<>();
    long at = startNs;
    var before = filled.floorEntry(startNs);
    if (before != null) {
      at = Math.max(at, before.getValue());
    }
    for (var range : filled.tailMap(startNs, false).entrySet()) {
      if (range.getKey() >= endNs) {
        break;
      }
      if (range.getKey() > at) {
        missing.add(new TimeRange(at, range.getKey()));
      }
      at = Math.max(at, range.getValue());
    }
    if (at < endNs) {
      missing.add(new TimeRange(at, endNs));
    }
    return missing;
  }

  boolean areTagsDefined() {
    return areTagsDefined;
  }

  /** Notes that tags and static context are in. */
  void defineTags() {
    areTagsDefined = true;
  }

  /** Changes of context before this instant are in; 0 for none. */
  long contextUntilNs() {
    return contextUntilNs;
  }

  void contextUntil(long ns) {
    contextUntilNs = ns;
  }
}
