package io.tidemark.engine;

import io.tidemark.engine.Historian.TagBinding;
import io.tidemark.engine.Historian.TagHit;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds tags by what people remember of them: each word must stand in the name, description, unit
 * of measure, or in the name of an attribute or equipment that the tag serves. Safe from any
 * thread.
 */
final class TagSearch {
  private final TagCatalog tags;
  private final ContextStore context;

  TagSearch(TagCatalog tags, ContextStore context) {
    this.tags = tags;
    this.context = context;
  }

  private record Ranked(int rank, TagHit hit) {}

  /**
   * The hits: an exact name first, then names that begin with the first word, then names that hold
   * all words, then the others; within each by name.
   *
   * @param filter pattern of names
   * @param text words, or null for every tag that fits the pattern
   * @param readable ids of the tags that there are for who asks
   */
  List<TagHit> find(String filter, @Nullable String text, IntPredicate readable) {
    Map<String, List<TagBinding>> bindings = bindings();
    String[] words = text == null ? new String[0] : lower(text).strip().split("\\s+");
    List<Ranked> found = new ArrayList<>();
    for (TagDefinition tag : tags.match(filter)) {
      if (!readable.test(tag.id())) {
        continue;
      }
      TagHit hit = new TagHit(tag, bindings.getOrDefault(tag.name(), List.of()));
      int rank = rank(hit, words);
      if (rank >= 0) {
        found.add(new Ranked(rank, hit));
      }
    }
    found.sort(Comparator.comparingInt(Ranked::rank)); // stable: the catalog's order within a rank
    return found.stream().map(Ranked::hit).toList();
  }

  private static int rank(TagHit hit, String[] words) {
    if (words.length == 0 || words[0].isEmpty()) {
      return 0;
    }
    String name = lower(hit.tag().name());
    String rest = null;
    boolean inName = true;
    for (String word : words) {
      if (!name.contains(word)) {
        inName = false;
        rest = rest == null ? rest(hit) : rest;
        if (!rest.contains(word)) {
          return -1;
        }
      }
    }
    if (!inName) {
      return 3;
    }
    return name.equals(words[0]) ? 0 : name.startsWith(words[0]) ? 1 : 2;
  }

  private static String rest(TagHit hit) {
    StringBuilder text = new StringBuilder(hit.tag().description());
    text.append('\n').append(hit.tag().uom());
    for (TagBinding binding : hit.bindings()) {
      text.append('\n').append(binding.attribute());
      text.append('\n').append(binding.equipmentId());
      text.append('\n').append(binding.equipmentName());
    }
    return lower(text.toString());
  }

  private Map<String, List<TagBinding>> bindings() {
    Map<String, String> names = new HashMap<>();
    for (ContextRow row : context.rows(ContextKind.EQUIPMENT)) {
      names.put(row.id(), text(row, "name"));
    }
    Map<String, List<TagBinding>> bindings = new HashMap<>();
    for (ContextRow row : context.rows(ContextKind.ATTRIBUTES)) {
      String equipment = text(row, "equipment_id");
      TagBinding binding =
          new TagBinding(equipment, names.getOrDefault(equipment, ""), text(row, "name"));
      List<TagBinding> of = bindings.computeIfAbsent(text(row, "tag"), tag -> new ArrayList<>());
      if (!of.contains(binding)) {
        of.add(binding);
      }
    }
    return bindings;
  }

  private static String text(ContextRow row, String column) {
    for (int i = 0; i < row.kind().columns().size(); i++) {
      if (row.kind().columns().get(i).name().equals(column)) {
        Object value = row.values().get(i);
        return value == null ? "" : value.toString();
      }
    }
    throw new IllegalArgumentException("no such column: column=" + column);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
