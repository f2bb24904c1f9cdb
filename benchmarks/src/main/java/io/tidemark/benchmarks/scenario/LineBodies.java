package io.tidemark.benchmarks.scenario;

import io.tidemark.model.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The samples of {@link WorkloadM} as bodies of line protocol, scan after scan. Several connections
 * are several collectors: each has every n-th tag. One thread.
 */
final class LineBodies {
  private static final int FIELDS = 10;
  private static final int LINE_CHARS = 64;

  /** How a sample is written. */
  enum Form {
    /** A line a sample. */
    NAMED("`m,tag=NAME value=… ts`"),
    /** A line for ten tags that are read together. */
    WIDE("`m,unit=…,device=… f0=…,…,f9=… ts`");

    final String label;

    Form(String label) {
      this.label = label;
    }
  }

  private final Form form;
  private final List<String> heads = new ArrayList<>();
  private final List<WorkloadM.Source> sources = new ArrayList<>();
  private final StringBuilder lines = new StringBuilder();
  private long scan;

  /** Bodies of one of several connections. */
  LineBodies(WorkloadM workload, Form form, int connection, int connections) {
    this.form = form;
    for (int tag = 0; tag < workload.tags(); tag++) {
      if (tag / FIELDS % connections == connection) {
        sources.add(form == Form.NAMED ? workload.source(tag) : workload.exactSource(tag));
        heads.add(head(workload, tag));
      }
    }
  }

  private String head(WorkloadM workload, int tag) {
    if (form == Form.NAMED) {
      return "m,tag=" + workload.definition(tag).name() + " value=";
    }
    int field = tag % FIELDS;
    return field == 0
        ? String.format("m,unit=UNIT%02d,device=D%04d f0=", tag / 50, tag / FIELDS)
        : ",f" + field + "=";
  }

  /** Samples of a scan. */
  int tags() {
    return sources.size();
  }

  /** The body of so many scans more. */
  byte[] next(int scans) {
    lines.setLength(0);
    lines.ensureCapacity(scans * tags() * LINE_CHARS);
    for (int i = 0; i < scans; i++) {
      switch (form) {
        case NAMED -> named();
        case WIDE -> wide();
      }
      scan++;
    }
    return lines.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private void named() {
    for (int i = 0; i < sources.size(); i++) {
      WorkloadM.Source source = sources.get(i);
      source.next();
      lines.append(heads.get(i));
      value(source);
      if (source.status() != StatusCodes.GOOD) {
        lines.append(",status=").append(Integer.toUnsignedLong(source.status())).append('i');
      }
      lines.append(' ').append(source.timeNs()).append('\n');
    }
  }

  private void wide() {
    long timeNs = WorkloadM.START_NS + scan * 1_000_000_000L;
    for (int i = 0; i < sources.size(); i++) {
      WorkloadM.Source source = sources.get(i);
      source.next();
      lines.append(heads.get(i));
      value(source);
      if (i % FIELDS == FIELDS - 1 || i == sources.size() - 1) {
        lines.append(' ').append(timeNs).append('\n');
      }
    }
  }

  private void value(WorkloadM.Source source) {
    switch (source.shape()) {
      case DIGITAL, COUNTER -> lines.append((long) source.value()).append('i');
      default -> lines.append(source.value());
    }
  }
}
