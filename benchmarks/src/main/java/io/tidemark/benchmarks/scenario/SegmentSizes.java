package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import io.tidemark.benchmarks.scenario.WorkloadM.Shape;
import io.tidemark.model.SampleType;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * How many bytes does a sample take? {@link WorkloadM} goes into an empty store, a frame a scan and
 * sealed as often as in a plant; what its files take is divided by the samples. All of it, then
 * each shape alone with as many tags, so that frames are as long.
 */
final class SegmentSizes {
  private static final Target ALL = new Target(1.25, 1.05, 2);
  private static final Map<Shape, Target> TARGETS =
      Map.of(
          Shape.ANALOG, new Target(1.6, 1.3, 2),
          Shape.SET_POINT, new Target(0.14, 0.08, 2),
          Shape.DIGITAL, new Target(0.14, 0.08, 2),
          Shape.COUNTER, new Target(1.2, 0.6, 2),
          Shape.NOISE, new Target(7.0, 6.75, 2));

  private SegmentSizes() {}

  static void answer(Bench bench) throws IOException {
    bench.heading(
        "Bytes a sample, all in",
        bench.tags()
            + " tags, "
            + Bench.grouped(bench.scans())
            + " scans of 1 s; all files of segments, with the copies of their indexes");
    bench.row(
        "what",
        "samples",
        "bytes/sample settled",
        "at least / reach",
        "",
        "of it index copies",
        "segments",
        "bytes/sample as sealed",
        "segments as sealed",
        "written, M samples/s");
    bench.rule(10);
    row(bench, "**all shapes**", WorkloadM.mixed(bench.seed(), bench.tags()), ALL);
    for (Shape shape : Shape.values()) {
      row(
          bench,
          shape.label,
          WorkloadM.alone(bench.seed(), shape, bench.tags()),
          TARGETS.getOrDefault(shape, ALL));
    }
  }

  private static void row(Bench bench, String name, WorkloadM workload, Target target)
      throws IOException {
    try (BenchStore store = new BenchStore(bench, Disk.REAL, WorkloadM.START_NS)) {
      double seconds = write(bench, name.replace("*", ""), workload, store);
      SampleStore.Sizes sealed = store.sizes();
      double asSealed = (double) store.bytes() / sealed.segmentRows();
      store.settle();
      long rows = store.sizes().segmentRows();
      if (rows != (long) workload.tags() * bench.scans()) {
        throw new IllegalStateException("samples are missing: rows=" + rows);
      }
      double settled = (double) store.bytes() / rows;
      bench.row(
          name,
          Bench.grouped(rows),
          Bench.number(settled, 3),
          target.text(),
          target.verdict(settled),
          Bench.number((double) store.indexCopyBytes() / rows, 3),
          Bench.grouped(store.sizes().segments()),
          Bench.number(asSealed, 3),
          Bench.grouped(sealed.segments()),
          Bench.number(rows / seconds / 1e6, 2));
    }
  }

  /** Writes all scans and seals them; seconds that took, with the drawing of the samples. */
  static double write(Bench bench, String name, WorkloadM workload, BenchStore store)
      throws IOException {
    long start = System.nanoTime();
    List<WorkloadM.Source> sources = workload.sources();
    SampleType[] types = new SampleType[workload.tags()];
    for (int tag = 0; tag < types.length; tag++) {
      types[tag] = workload.definition(tag).type();
      store.define(workload.definition(tag));
    }
    try (Progress progress = bench.progress("writing " + name, bench.scans())) {
      for (int scan = 0; scan < bench.scans(); scan++) {
        for (int tag = 0; tag < types.length; tag++) {
          WorkloadM.Source source = sources.get(tag);
          source.next();
          store.add(tag, types[tag], source.timeNs(), source.value(), source.status());
        }
        store.clock(WorkloadM.START_NS + (scan + 1) * 1_000_000_000L);
        store.write();
        progress.step(1);
      }
      store.seal();
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
