package io.tidemark.query.duckdb;

/** A {@link ScanSource} under its number. Safe from any thread. */
public final class ScanHandle extends Handle {
  private final ScanSource source;

  ScanHandle(long number, ScanSource source) {
    super(number);
    this.source = source;
  }

  ScanSource source() {
    return source;
  }
}
