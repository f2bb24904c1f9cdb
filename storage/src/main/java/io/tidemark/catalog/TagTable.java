package io.tidemark.catalog;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TagPattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The tags of one store in memory. Readers never block; changes are applied by one thread at a
 * time: the replay at start, then whoever holds the writer's lock of the ingest.
 */
public final class TagTable implements TagCatalog {
  /** Most tags of a store. */
  public static final int TAGS_MAX = 1 << 22;

  private static final int PAGE = 1024;

  private final Map<String, TagDefinition> byName = new ConcurrentHashMap<>();
  private final ConcurrentNavigableMap<String, TagDefinition> sorted =
      new ConcurrentSkipListMap<>();
  private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable TagDefinition>>
      pages = new AtomicReferenceArray<>(TAGS_MAX / PAGE);
  private final AtomicLong generation = new AtomicLong();
  private volatile int nextId;

  /* Never false again: the check that it saves is cheap then. */
  private volatile boolean anyRejectsDuplicates;

  /** An empty table. */
  public TagTable() {}

  /** Makes a definition visible: a new tag, or a new version of a known one. */
  public void apply(TagDefinition tag) {
    int id = tag.id();
    if (id < 0 || id >= TAGS_MAX) {
      throw new HistorianException(
          ErrorCode.CORRUPT, "tag id out of range: id=" + id + ", tagsMax=" + TAGS_MAX);
    }
    AtomicReferenceArray<@Nullable TagDefinition> page = pages.get(id / PAGE);
    if (page == null) {
      page = new AtomicReferenceArray<>(PAGE);
      pages.set(id / PAGE, page);
    }
    page.set(id % PAGE, tag);
    anyRejectsDuplicates |= tag.duplicates() == DuplicateRule.REJECT;
    byName.put(tag.name(), tag);
    sorted.put(tag.name(), tag);
    nextId = Math.max(nextId, id + 1);
    generation.incrementAndGet();
  }

  /** Whether a tag takes, or took, no second sample of the same time. */
  public boolean anyRejectsDuplicates() {
    return anyRejectsDuplicates;
  }

  /** The id that the next new tag gets. */
  public int nextId() {
    return nextId;
  }

  /**
   * Checks a name for a new tag.
   *
   * @throws HistorianException {@link ErrorCode#BAD_NAME} or {@link ErrorCode#TOO_LONG}.
   */
  public static void checkName(String name) {
    if (name.length() > TagDefinition.NAME_BYTES_MAX
        || name.getBytes(StandardCharsets.UTF_8).length > TagDefinition.NAME_BYTES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_LONG,
          "tag name is too long: name="
              + ErrorText.quote(name)
              + ", bytesMax="
              + TagDefinition.NAME_BYTES_MAX);
    }
    if (name.isBlank() || !name.equals(name.strip())) {
      throw new HistorianException(
          ErrorCode.BAD_NAME,
          "tag name is blank or begins or ends with white space: name=" + ErrorText.quote(name));
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isISOControl(c) || c == '*' || c == '?' || ErrorText.isHalfPair(name, i)) {
        throw new HistorianException(
            ErrorCode.BAD_NAME,
            String.format(
                "tag name holds a character that names may not have: name=%s, position=%d,"
                    + " character=\\u%04x",
                ErrorText.quote(name), i + 1, (int) c));
      }
    }
  }

  @Override
  public @Nullable TagDefinition find(String name) {
    return byName.get(name);
  }

  @Override
  public @Nullable TagDefinition byId(int id) {
    if (id < 0 || id >= TAGS_MAX) {
      return null;
    }
    AtomicReferenceArray<@Nullable TagDefinition> page = pages.get(id / PAGE);
    return page == null ? null : page.get(id % PAGE);
  }

  @Override
  public List<TagDefinition> match(String text) {
    TagPattern pattern = TagPattern.of(text);
    if (pattern.isName()) {
      TagDefinition tag = byName.get(text);
      return tag == null ? List.of() : List.of(tag);
    }
    String prefix = pattern.prefix();
    List<TagDefinition> found = new ArrayList<>();
    for (TagDefinition tag : sorted.tailMap(prefix, true).values()) {
      if (!tag.name().startsWith(prefix)) {
        break;
      }
      if (pattern.fits(tag.name())) {
        found.add(tag);
      }
    }
    return found;
  }

  @Override
  public List<TagDefinition> all() {
    List<TagDefinition> all = new ArrayList<>(nextId);
    for (int id = 0; id < nextId; id++) {
      TagDefinition tag = byId(id);
      if (tag != null) {
        all.add(tag);
      }
    }
    return all;
  }

  @Override
  public int size() {
    return byName.size();
  }

  @Override
  public long generation() {
    return generation.get();
  }
}
