package io.tidemark.ingest.arrow;

import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tags of names that a stream numbers, each found once as long as no tag and no right changes.
 * One thread.
 */
final class ResolvedTags {
  private @Nullable TagDefinition[] tags = new @Nullable TagDefinition[16];
  private @Nullable HistorianException[] refusals = new @Nullable HistorianException[16];
  private boolean anyRefused;
  private long generation = -1;

  /** Forgets all. */
  void clear() {
    Arrays.fill(tags, null);
    clearRefusals();
  }

  private void clearRefusals() {
    if (anyRefused) {
      Arrays.fill(refusals, null);
      anyRefused = false;
    }
  }

  /** A batch begins: forgets what may have changed. */
  void begin(WriteSession session) {
    long now = session.catalogGeneration();
    if (now != generation || !session.mayWriteAll()) {
      clear();
      generation = now;
    }
    clearRefusals();
  }

  /** The tag of a number, or null if it is not known yet. */
  @Nullable TagDefinition known(int number) {
    return number < tags.length ? tags[number] : null;
  }

  /**
   * Finds or makes a tag.
   *
   * @throws HistorianException as {@link WriteSession#tag}, the same again for the same number
   */
  TagDefinition resolve(WriteSession session, int number, String name, SampleType typeIfNew) {
    if (number >= tags.length) {
      int length = Math.max(number + 1, 2 * tags.length);
      tags = Arrays.copyOf(tags, length);
      refusals = Arrays.copyOf(refusals, length);
    }
    HistorianException refused = refusals[number];
    if (refused != null) {
      throw refused;
    }
    try {
      TagDefinition tag = session.tag(name, typeIfNew);
      tags[number] = tag;
      return tag;
    } catch (HistorianException e) {
      if (e.code().kind() == ErrorCode.Kind.USER) {
        refusals[number] = e;
        anyRefused = true;
      }
      throw e;
    }
  }
}
