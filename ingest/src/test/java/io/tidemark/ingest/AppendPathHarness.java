package io.tidemark.ingest;

import io.tidemark.ingest.append.AppendPath;
import io.tidemark.model.Agent;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreConfig;
import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A store with its append path on threads of the test, and a clock that the test sets. */
final class AppendPathHarness implements AutoCloseable {
  static final long START = 1_700_000_000_000_000_000L;

  final AtomicLong clockNs = new AtomicLong(START);
  final SampleStore store;
  final AppendPath path;
  final Ingress ingress;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean running = true;

  AppendPathHarness(Path folder) throws IOException {
    this(Disk.REAL, folder);
  }

  AppendPathHarness(Disk disk, Path folder) throws IOException {
    store =
        SampleStore.open(
            disk,
            folder,
            new StoreConfig(2 << 20, 3_600_000_000L, 4 << 20, 0),
            () -> clockNs.get() / 1000,
            (kind, payload, principal, time, sequence) -> {});
    path = new AppendPath(store.writer(), 8 << 20, 1024, System::nanoTime);
    ingress =
        new Ingress(
            path,
            store.tags(),
            store.producers(),
            IngestConfig.defaults(),
            clockNs::get,
            System::nanoTime,
            () -> {},
            RefusedSamples.NOWHERE,
            (level, nanos) -> {});
  }

  AppendPathHarness start() {
    for (Agent agent : List.of(path.appendAgent(), path.syncAgent(), store.manifestAgent())) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (running) {
                      if (agent.doWork() == 0) {
                        Thread.onSpinWait();
                      }
                    }
                  }));
    }
    return this;
  }

  /** Runs the agents on this thread until nothing is left to do. */
  void step() {
    while (path.appendAgent().doWork() + path.syncAgent().doWork() + store.manifestAgent().doWork()
        > 0) {
      // once more
    }
  }

  @Override
  public void close() throws IOException {
    running = false;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    store.close();
  }
}
