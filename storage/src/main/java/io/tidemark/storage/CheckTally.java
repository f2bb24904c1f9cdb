package io.tidemark.storage;

import io.tidemark.storage.io.Finding;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Findings and counts of a check as they come. One thread. */
final class CheckTally implements Consumer<Finding> {
  /** Findings kept; all are counted. */
  static final int FINDINGS_MAX = 10_000;

  private final List<Finding> findings = new ArrayList<>();
  private final Map<Finding.Severity, Long> bySeverity = new EnumMap<>(Finding.Severity.class);
  private long files;
  private long bytes;
  private long blocks;
  private long samples;
  private long frames;
  private long records;

  CheckTally() {
    for (Finding.Severity severity : Finding.Severity.values()) {
      bySeverity.put(severity, 0L);
    }
  }

  @Override
  public void accept(Finding finding) {
    bySeverity.merge(finding.severity(), 1L, Long::sum);
    if (findings.size() < FINDINGS_MAX) {
      findings.add(finding);
    }
  }

  void file(long length) {
    files++;
    bytes += length;
  }

  void block(int rows) {
    blocks++;
    samples += rows;
  }

  void frame() {
    frames++;
  }

  void samples(long count) {
    samples += count;
  }

  void record() {
    records++;
  }

  /** Takes over what another one has. */
  void add(CheckTally other) {
    other.findings.forEach(
        finding -> {
          if (findings.size() < FINDINGS_MAX) {
            findings.add(finding);
          }
        });
    other.bySeverity.forEach((severity, count) -> bySeverity.merge(severity, count, Long::sum));
    files += other.files;
    bytes += other.bytes;
    blocks += other.blocks;
    samples += other.samples;
    frames += other.frames;
    records += other.records;
  }

  List<Finding> findings() {
    return List.copyOf(findings);
  }

  Map<Finding.Severity, Long> bySeverity() {
    return bySeverity;
  }

  boolean hasFaults() {
    return bySeverity.getOrDefault(Finding.Severity.DAMAGE, 0L) > 0
        || bySeverity.getOrDefault(Finding.Severity.WARNING, 0L) > 0;
  }

  StoreVerifier.Counts counts() {
    return new StoreVerifier.Counts(files, bytes, blocks, samples, frames, records);
  }
}
