package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import io.tidemark.ingest.Ack;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.Principal;
import io.tidemark.model.StatusCodes;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * What does the append thread take? One thread of this process writes scans, and blocks of one tag,
 * a frame each; another one encodes nothing and waits for nothing but the journal.
 */
final class EmbeddedIngest {
  private static final Target RATE = new Target(10, 40, 0);
  private static final int PREPARED_SCANS = 2000;
  private static final int BLOCK = 1000;
  private static final int FRAMES_AN_ACK = 64;
  private static final int ACKS_OPEN = 4;
  private static final int WARM_UP_SHARE = 5;
  private static final int ACK_SECONDS_MAX = 60;
  private static final long SECOND_NS = 1_000_000_000L;

  private final Bench bench;
  private final String[] names;
  private final long[][] times;
  private final double[][] values;
  private final int[][] statuses;

  private EmbeddedIngest(Bench bench) {
    this.bench = bench;
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    names = workload.names().toArray(String[]::new);
    times = new long[names.length][PREPARED_SCANS];
    values = new double[names.length][PREPARED_SCANS];
    statuses = new int[names.length][PREPARED_SCANS];
    for (int tag = 0; tag < names.length; tag++) {
      WorkloadM.Source source = workload.source(tag);
      for (int scan = 0; scan < PREPARED_SCANS; scan++) {
        source.next();
        times[tag][scan] = source.timeNs();
        values[tag][scan] = source.value();
        statuses[tag][scan] = source.status();
      }
    }
  }

  static void answer(Bench bench) throws Exception {
    bench.heading(
        "Appending in the process",
        "one writer, values made before ("
            + Bench.grouped(PREPARED_SCANS)
            + " scans again and again, with new times), acknowledged journaled, sealed beside it;"
            + " the rate of a core is that of the append thread's processor time, its waiting for"
            + " work included");
    bench.row(
        "frames of",
        "samples",
        "M samples/s",
        "M samples/s of a core",
        "at least / reach",
        "rate",
        "append thread, bytes allocated a sample",
        "at most",
        "bytes");
    bench.rule(9);
    EmbeddedIngest ingest = new EmbeddedIngest(bench);
    ingest.measure("1 sample of each tag", ingest::scans);
    ingest.measure(Bench.grouped(BLOCK) + " samples of one tag", ingest::blocks);
  }

  private interface Writer {
    /** Writes so many scans from one on; how many it has written. */
    long write(EmbeddedServer server, long firstScan, long scans);
  }

  private void measure(String name, Writer writer) throws Exception {
    try (EmbeddedServer server = new EmbeddedServer(bench)) {
      long warm = writer.write(server, 0, Math.max(1, bench.scans() / WARM_UP_SHARE));
      long allocatedBefore = server.appendAllocatedBytes();
      long cpuBefore = server.appendCpuNanos();
      long before = System.nanoTime();
      long samples = writer.write(server, warm, bench.scans()) * names.length;
      long nanos = System.nanoTime() - before;
      double ofCore = samples * 1e3 / (server.appendCpuNanos() - cpuBefore);
      double bytes = (double) (server.appendAllocatedBytes() - allocatedBefore) / samples;
      bench.row(
          name,
          Bench.grouped(samples),
          Bench.number(samples * 1e3 / nanos, 1),
          Bench.number(ofCore, 1),
          RATE.text(),
          RATE.verdictOfRate(ofCore),
          Bench.number(bytes, 3),
          "0",
          bytes < 0.0005 ? "reached" : "missed");
    }
  }

  private long scans(EmbeddedServer server, long firstScan, long scans) {
    Acks acks = new Acks(server);
    for (long scan = firstScan; scan < firstScan + scans; scan++) {
      WriteSession session = acks.session();
      for (int tag = 0; tag < names.length; tag++) {
        add(session, tag, scan);
      }
      acks.frame();
    }
    acks.close();
    return scans;
  }

  private long blocks(EmbeddedServer server, long firstScan, long scans) {
    long whole = (scans + BLOCK - 1) / BLOCK * BLOCK;
    Acks acks = new Acks(server);
    for (long block = firstScan; block < firstScan + whole; block += BLOCK) {
      for (int tag = 0; tag < names.length; tag++) {
        WriteSession session = acks.session();
        for (long scan = block; scan < block + BLOCK; scan++) {
          add(session, tag, scan);
        }
        acks.frame();
      }
    }
    acks.close();
    return whole;
  }

  private void add(WriteSession session, int tag, long scan) {
    int at = (int) (scan % PREPARED_SCANS);
    double value = values[tag][at];
    session.decimal(
        names[tag],
        times[tag][at] + (scan - at) * SECOND_NS,
        value,
        (float) value,
        statuses[tag][at]);
  }

  /** Sessions of some frames each; as many may wait for their acknowledgement as a client has. */
  private static final class Acks {
    private final EmbeddedServer server;
    private final Queue<Ack> open = new ArrayDeque<>();
    private WriteSession session;
    private int frames;

    Acks(EmbeddedServer server) {
      this.server = server;
      session = newSession();
    }

    private WriteSession newSession() {
      return server.engine().openSession(Principal.LOCAL_OPERATOR, AckLevel.JOURNALED);
    }

    WriteSession session() {
      return session;
    }

    void frame() {
      session.flush();
      frames++;
      if (frames % FRAMES_AN_ACK == 0) {
        open.add(session.finish());
        while (open.size() >= ACKS_OPEN) {
          open.remove().await(ACK_SECONDS_MAX, TimeUnit.SECONDS);
        }
        session = newSession();
      }
    }

    void close() {
      open.add(session.finish());
      open.forEach(ack -> ack.await(ACK_SECONDS_MAX, TimeUnit.SECONDS));
    }
  }

  /** Writes scans of all tags, each to be forced before it is answered. */
  static OpenLoop.Callers syncedScans(EmbeddedServer server, WorkloadM workload) {
    String[] names = workload.names().toArray(String[]::new);
    return () ->
        number -> {
          Ack ack;
          try (WriteSession session =
              server.engine().openSession(Principal.LOCAL_OPERATOR, AckLevel.SYNCED)) {
            long timeNs = WorkloadM.START_NS + number * SECOND_NS;
            for (int tag = 0; tag < names.length; tag++) {
              double value = tag + (number % PREPARED_SCANS) / 100.0;
              session.decimal(names[tag], timeNs, value, (float) value, StatusCodes.GOOD);
            }
            ack = session.finish();
          }
          ack.await(ACK_SECONDS_MAX, TimeUnit.SECONDS);
          return true;
        };
  }
}
