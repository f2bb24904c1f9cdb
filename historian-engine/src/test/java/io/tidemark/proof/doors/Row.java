package io.tidemark.proof.doors;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A row of an answer, whatever door it came through: cells by name, those without anything left
 * out. Numbers are {@link Double}, of float32 samples {@link Float}; whole ones, truth values (0
 * and 1), ordinals and times (ns since 1970) are {@link Long}; StatusCodes are {@link Integer}.
 */
record Row(TreeMap<String, Object> cells) {
  Row() {
    this(new TreeMap<>());
  }

  /** A copy to change. */
  Row copy() {
    return new Row(new TreeMap<>(cells));
  }

  /** Sets a cell; null leaves it out. */
  Row set(String name, @Nullable Object cell) {
    if (cell == null) {
      cells.remove(name);
    } else {
      cells.put(name, cell);
    }
    return this;
  }

  /** Leaves cells out. */
  Row without(String... names) {
    for (String name : names) {
      cells.remove(name);
    }
    return this;
  }

  @Nullable Object get(String name) {
    return cells.get(name);
  }

  @Override
  public String toString() {
    return cells.toString();
  }
}
