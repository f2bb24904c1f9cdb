package io.tidemark.engine;

import io.tidemark.engine.security.Access;
import io.tidemark.engine.security.Right;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TagPattern;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextStore;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which tags the roles of a principal are for: scopes compiled to a bitmap of tag ids, which scans
 * intersect.
 *
 * <p>An area is equipment and all below it, named by the path of ids from the top ({@code
 * TIDE/AREA1}) or by the last of them. A tag belongs to the equipment of which an attribute is
 * bound to it, and to the one whose id and a point begin its name ({@code R1.TIC101.PV} to {@code
 * R1}).
 *
 * <p>Bitmaps are made anew when tags, equipment or attributes change. Safe from any thread.
 */
final class TagScopes {
  /** What {@link #named} gives to whom may do it everywhere. */
  static final Predicate<String> EVERY_NAME = name -> true;

  private static final int COMPILED_MAX = 256;

  private final Access access;
  private final TagCatalog tags;
  private final ContextStore context;

  /* Guarded by this; the least recently used is dropped. */
  private final LinkedHashMap<List<Scope>, Compiled> compiled =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Scope>, Compiled> eldest) {
          return size() > COMPILED_MAX;
        }
      };

  private @Nullable Plant plant; // guarded by this

  TagScopes(Access access, TagCatalog tags, ContextStore context) {
    this.access = access;
    this.tags = tags;
    this.context = context;
  }

  /** Bits of tags, and the generations of catalog and plant they are of; nobody changes them. */
  private record Compiled(BitSet bits, long catalog, long plant) {}

  /**
   * Equipment and what belongs to it.
   *
   * @param parents id of the parent by id
   * @param ofTag equipment to whose attributes a tag is bound, by name of the tag
   */
  private record Plant(
      long generation, Map<String, @Nullable String> parents, Map<String, Set<String>> ofTag) {

    /** Whether an equipment is, or lies below, the one that a path names. */
    boolean isWithin(String equipment, String area) {
      String wanted = "/" + area;
      Set<String> seen = new HashSet<>();
      String at = equipment;
      while (seen.add(at)) {
        if (("/" + path(at)).endsWith(wanted)) {
          return true;
        }
        String parent = parents.get(at);
        if (parent == null) {
          return false;
        }
        at = parent;
      }
      return false; // its parents go in a circle
    }

    private String path(String equipment) {
      StringBuilder path = new StringBuilder(equipment);
      Set<String> seen = new HashSet<>(Set.of(equipment));
      for (String at = parents.get(equipment); at != null && seen.add(at); at = parents.get(at)) {
        path.insert(0, at + "/");
      }
      return path.toString();
    }

    List<String> equipmentOf(String tag) {
      List<String> equipment = new ArrayList<>(ofTag.getOrDefault(tag, Set.of()));
      for (int point = tag.indexOf('.'); point > 0; point = tag.indexOf('.', point + 1)) {
        String begin = tag.substring(0, point);
        if (parents.containsKey(begin)) {
          equipment.add(begin);
        }
      }
      return equipment;
    }
  }

  /** Ids of the tags that a principal may read. */
  IntPredicate readable(Principal principal) {
    List<Scope> scopes = access.scopes(principal, Right.READ);
    if (Access.isEverything(scopes)) {
      return id -> true;
    }
    BitSet bits = bits(scopes);
    return bits::get;
  }

  /** Names of tags, known or new, for which a principal has a right. */
  Predicate<String> named(Principal principal, Right right) {
    List<Scope> scopes = access.scopes(principal, right);
    if (Access.isEverything(scopes)) {
      return EVERY_NAME;
    }
    return holding(scopes, plant());
  }

  /** Whether a path names equipment. */
  boolean isArea(String path) {
    Plant now = plant();
    String last = path.substring(path.lastIndexOf('/') + 1);
    return now.parents.containsKey(last) && ("/" + now.path(last)).endsWith("/" + path);
  }

  /** Paths of all equipment. */
  List<String> areas() {
    Plant now = plant();
    return now.parents.keySet().stream().map(now::path).toList();
  }

  /** Names that some scopes hold. */
  private static Predicate<String> holding(List<Scope> scopes, Plant plant) {
    List<TagPattern> patterns =
        scopes.stream().flatMap(scope -> scope.tags().stream()).map(TagPattern::of).toList();
    List<String> areas = scopes.stream().flatMap(scope -> scope.areas().stream()).toList();
    return name ->
        patterns.stream().anyMatch(pattern -> pattern.fits(name))
            || (!areas.isEmpty() && isWithinAny(areas, plant.equipmentOf(name), plant));
  }

  private static boolean isWithinAny(List<String> areas, List<String> equipment, Plant plant) {
    return areas.stream()
        .anyMatch(area -> equipment.stream().anyMatch(each -> plant.isWithin(each, area)));
  }

  private synchronized BitSet bits(List<Scope> scopes) {
    Plant now = plant();
    long catalog = tags.generation();
    Compiled known = compiled.get(scopes);
    if (known != null && known.catalog == catalog && known.plant == now.generation) {
      return known.bits;
    }
    BitSet bits = new BitSet();
    Predicate<String> held = holding(scopes, now);
    for (TagDefinition tag : tags.all()) {
      if (held.test(tag.name())) {
        bits.set(tag.id());
      }
    }
    compiled.put(scopes, new Compiled(bits, catalog, now.generation));
    return bits;
  }

  /** The plant as it is; the same object as long as nothing of it changes. */
  private synchronized Plant plant() {
    long generation = context.generation();
    Plant known = plant;
    if (known != null && known.generation == generation) {
      return known;
    }
    if (known != null
        && context.changedSince(ContextKind.EQUIPMENT, known.generation).isEmpty()
        && context.changedSince(ContextKind.ATTRIBUTES, known.generation).isEmpty()) {
      return known;
    }
    Map<String, @Nullable String> parents = new HashMap<>();
    for (ContextRow row : context.rows(ContextKind.EQUIPMENT)) {
      parents.put(row.id(), row.text("parent_id"));
    }
    Map<String, Set<String>> ofTag = new HashMap<>();
    for (ContextRow row : context.rows(ContextKind.ATTRIBUTES)) {
      String tag = row.text("tag");
      String equipment = row.text("equipment_id");
      if (tag != null && equipment != null) {
        ofTag.computeIfAbsent(tag, each -> new HashSet<>()).add(equipment);
      }
    }
    Plant made = new Plant(generation, parents, ofTag);
    plant = made;
    return made;
  }
}
