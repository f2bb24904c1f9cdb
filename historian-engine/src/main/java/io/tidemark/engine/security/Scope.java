package io.tidemark.engine.security;

import java.util.List;

/**
 * Tags that a role is for: those of some areas and those whose names fit a pattern; all, if it
 * names neither.
 *
 * @param areas paths of equipment, {@code TIDE/AREA1}; all below counts
 * @param tags patterns of names, {@code R1.*}
 */
public record Scope(List<String> areas, List<String> tags) {
  /** Every tag. */
  public static final Scope EVERYTHING = new Scope(List.of(), List.of());

  /** Copies the lists. */
  public Scope {
    areas = List.copyOf(areas);
    tags = List.copyOf(tags);
  }

  /** Whether it is every tag. */
  public boolean isEverything() {
    return areas.isEmpty() && tags.isEmpty();
  }
}
