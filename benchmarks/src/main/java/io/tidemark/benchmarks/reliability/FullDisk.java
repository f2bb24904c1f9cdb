package io.tidemark.benchmarks.reliability;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** The server's file system runs full, of bytes or of files, and gets space again. */
final class FullDisk implements Fault {
  private static final int SECONDS = 30;
  private static final int FULL_MILLIS = 5000;
  private static final long FREE_MIN = 32L << 20;

  /** In which way it runs full. */
  enum Way {
    /** Another program takes all but a rest that is less than the server wants to keep free. */
    BELOW_THE_LIMIT("disk-low", "all but 24 MiB (store.freeBytesMin is 32 MiB)"),
    /** Another program takes everything at once. */
    TO_THE_LAST_BYTE("disk-full", "everything"),
    /** Another program makes so many files that no further one can be made. */
    OUT_OF_INODES("no-inodes", "all inodes");

    private final String fault;
    private final String taken;

    Way(String fault, String taken) {
      this.fault = fault;
      this.taken = taken;
    }
  }

  private final Way way;

  FullDisk(Way way) {
    this.way = way;
  }

  @Override
  public String name() {
    return way.fault;
  }

  @Override
  public String number() {
    return way == Way.OUT_OF_INODES ? "F12" : "F11";
  }

  @Override
  public String injection() {
    return "another program takes "
        + way.taken
        + " of the server's file system for 5 s under HTTP writes (ext4 and tmpfs in turn), then"
        + " gives it back";
  }

  @Override
  public long wanted() {
    return way == Way.OUT_OF_INODES ? 4 : 10;
  }

  @Override
  public String missing(Lab lab) {
    return Lab.withoutMounts();
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    Path mount = trial.subfolder("mount");
    if (trial.index() % 2 == 0) {
      Path image = trial.folder().resolve("image");
      Lab.must(trial.folder(), "truncate", "-s", "192M", image.toString());
      Lab.must(trial.folder(), "mkfs.ext4", "-q", "-F", "-m", "0", "-N", "256", image.toString());
      Lab.must(trial.folder(), "mount", "-o", "loop", image.toString(), mount.toString());
    } else {
      Lab.must(
          trial.folder(),
          "mount",
          "-t",
          "tmpfs",
          "-o",
          "size=192m,nr_inodes=256",
          "tmpfs",
          mount.toString());
    }
    try {
      fill(trial, mount, outcome);
    } finally {
      if (outcome.isBad()) { // what there was to see is gone with the mount
        Lab.run(
            trial.folder(),
            SECONDS,
            java.util.Map.of(),
            java.util.List.of(
                "cp", "-a", mount.resolve("data").toString(), trial.folder().toString()));
      }
      Lab.must(trial.folder(), "umount", mount.toString());
    }
    outcome.runs++;
    trial.step().run();
    return outcome;
  }

  private void fill(Trial trial, Path mount, Outcome outcome) throws Exception {
    Path data = mount.resolve("data");
    // Seals come due all the time, also while there is no space.
    String[] settings = {
      "store.freeBytesMin=32MiB",
      "store.hotBytesMax=8MiB",
      "store.journalFileBytesMax=4MiB",
      "store.sealInterval=2s"
    };
    try (HttpLoad load = new HttpLoad(trial.folder())) {
      try (ServerUnderTest server = ServerUnderTest.start(trial, data, settings)) {
        load.start(server.address());
        load.awaitAcknowledgement(SECONDS);
        Thread.sleep(500 + trial.random().nextInt(2000));
        Path filler = mount.resolve("filler");
        take(filler);
        Thread.sleep(FULL_MILLIS);
        boolean alive = server.process().isAlive();
        if (alive) {
          String state = HttpLoad.state(server.address());
          outcome.note("state while it is full: " + state, 1);
          if (!HttpLoad.reads(server.address())) {
            outcome.problem("reads are not served while it is full");
          }
        }
        Lab.delete(filler);
        double seconds = alive ? load.awaitAcknowledgement(SECONDS) : -1;
        if (seconds >= 0) {
          outcome.measure("seconds to the first acknowledgement afterwards", seconds);
          Thread.sleep(500);
        }
        load.stop();
        load.refusals()
            .forEach((status, count) -> outcome.note("requests refused: " + status, count));
        if (!server.process().isAlive()) {
          outcome.crashes++;
          outcome.problem(
              "the server ended: status="
                  + server.process().exitValue()
                  + (alive ? ", after there was space again" : ""));
        } else if (seconds < 0) {
          outcome.problem("nothing is acknowledged after there was space again");
        } else {
          StoreCheck check = load.check(server.address());
          if (!check.isFine()) {
            outcome.problem("before the restart: " + check.problem());
          }
        }
      }
      try (ServerUnderTest server = ServerUnderTest.start(trial, data, settings)) {
        outcome.add(load.check(server.address()));
      }
    } catch (ServerUnderTest.NotStarted e) {
      outcome.crashes++;
      outcome.problem("does not start: status=" + e.status() + ": " + e.output());
    }
  }

  private void take(Path filler) throws IOException {
    Files.createDirectories(filler);
    try {
      if (way == Way.OUT_OF_INODES) {
        for (int i = 0; ; i++) {
          Files.createFile(filler.resolve("f" + i));
        }
      }
      FileStore store = Files.getFileStore(filler);
      byte[] chunk = new byte[1 << 20];
      try (OutputStream out = Files.newOutputStream(filler.resolve("f"))) {
        long rest = way == Way.BELOW_THE_LIMIT ? FREE_MIN - (8 << 20) : 0;
        while (store.getUsableSpace() > rest) {
          out.write(
              chunk,
              0,
              (int) Math.min(chunk.length, Math.max(4096, store.getUsableSpace() - rest)));
        }
      }
    } catch (IOException e) {
      // it is full
    }
  }
}
