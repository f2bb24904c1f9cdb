package io.tidemark.query.duckdb;

/** A {@link Lookup} under its number. Safe from any thread. */
public final class LookupHandle extends Handle {
  private final Lookup lookup;

  LookupHandle(long number, Lookup lookup) {
    super(number);
    this.lookup = lookup;
  }

  Lookup lookup() {
    return lookup;
  }
}
