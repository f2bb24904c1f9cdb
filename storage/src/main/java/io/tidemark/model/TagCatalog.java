package io.tidemark.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tags of a store, by name and by id. Readers never block; safe from any thread. */
public interface TagCatalog {
  /** The tag of that exact name, or null. */
  @Nullable TagDefinition find(String name);

  /** The tag of that id, or null. */
  @Nullable TagDefinition byId(int id);

  /**
   * The tags whose name matches, sorted by name. {@code *} stands for any text, {@code ?} for one
   * character (a code point); upper and lower case differ. A pattern without a wildcard matches the
   * one tag of that name.
   */
  List<TagDefinition> match(String pattern);

  /** All tags by ascending id. */
  List<TagDefinition> all();

  /** How many tags there are. */
  int size();

  /** Rises with every change of any tag: lets others cache what they derived. */
  long generation();
}
