package io.tidemark.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.HistorianException;
import io.tidemark.testing.FaultDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was forced of a plan is there after any crash, and what is needed is never let go. */
class ForwardPlanTest {
  private static final Path FOLDER = Path.of("/store/forward");
  private static final UUID STORE = new UUID(1, 2);

  /** All that a plan says. */
  private record Seen(
      @Nullable PlannedRequest live,
      @Nullable PlannedRequest backlog,
      List<SequenceRange> ranges,
      long liveNext,
      long liveEpoch,
      long liveNumber) {
    static Seen of(ForwardPlan plan) {
      return new Seen(
          plan.planned(Lane.LIVE),
          plan.planned(Lane.BACKLOG),
          plan.backlog(),
          plan.liveNext(),
          plan.epoch(Lane.LIVE),
          plan.nextNumber(Lane.LIVE));
    }
  }

  /** A workload of legal steps, and what the plan said after each, from the last force on. */
  private static final class Workload {
    private final Random random;
    private final List<Seen> sinceForce = new ArrayList<>();
    private final AtomicLong needed = new AtomicLong();

    Workload(long seed) {
      random = new Random(seed);
    }

    void run(FaultDisk disk) throws IOException {
      for (int run = 0; run < 2; run++) {
        ForwardPlan plan = new ForwardPlan(disk, FOLDER, STORE, needed::set);
        forced(plan);
        for (int i = 0; i < 40; i++) {
          step(plan);
          sinceForce.add(Seen.of(plan));
          if (random.nextInt(3) == 0) {
            plan.force();
            forced(plan);
          }
        }
        plan.close();
        forced(plan);
      }
    }

    private void forced(ForwardPlan plan) {
      sinceForce.clear();
      sinceForce.add(Seen.of(plan));
    }

    private void step(ForwardPlan plan) throws IOException {
      Lane lane = Lane.values()[random.nextInt(2)];
      PlannedRequest planned = plan.planned(lane);
      SequenceRange oldest = plan.firstBacklog();
      long next = plan.liveNext();
      int count = 1 + random.nextInt(5);
      if (planned != null) {
        plan.add(PlanRecord.done(lane, planned));
      } else if (lane == Lane.BACKLOG && oldest != null) {
        long last = Math.min(oldest.last(), oldest.first() + count - 1);
        plan.add(request(plan, lane, new SequenceRange(oldest.first(), last)));
      } else if (plan.planned(Lane.LIVE) == null) {
        plan.add(
            switch (random.nextInt(3)) {
              case 0 -> PlanRecord.backlog(new SequenceRange(next, next + count - 1));
              case 1 -> PlanRecord.passed(Lane.LIVE, next + count);
              default -> request(plan, Lane.LIVE, new SequenceRange(next, next + count - 1));
            });
      }
    }

    private static PlanRecord request(ForwardPlan plan, Lane lane, SequenceRange frames) {
      return PlanRecord.request(
          lane, new PlannedRequest(plan.epoch(lane) + 1, plan.nextNumber(lane), frames));
    }
  }

  @Test
  void whatWasForcedIsThereAfterALossOfPowerAtEveryOperation() throws IOException {
    int trials = 0;
    for (long operation = 1; ; operation++) {
      FaultDisk disk = new FaultDisk().crashAt(operation);
      Workload workload = new Workload(operation % 5);
      try {
        workload.run(disk);
      } catch (FaultDisk.Crash e) {
        trials++;
      }
      if (workload.sinceForce.isEmpty()) {
        continue; // it never opened
      }
      AtomicLong needed = new AtomicLong();
      ForwardPlan plan = new ForwardPlan(disk.afterPowerCut(operation), FOLDER, STORE, needed::set);
      assertThat(workload.sinceForce).as("operation %d", operation).contains(Seen.of(plan));
      assertThat(needed.get()).isGreaterThanOrEqualTo(workload.needed.get());
      plan.close();
      if (!disk.crashed()) {
        break;
      }
    }
    assertThat(trials).isGreaterThan(100);
  }

  /** After a force that failed nothing of the file is believed: it is made anew. */
  @Test
  void everyFailedCallIsMadeGoodByTheNextForce() throws IOException {
    int opened = 0;
    for (long operation = 1; operation < 60; operation++) {
      FaultDisk disk = new FaultDisk().failAt(operation, "Input/output error");
      ForwardPlan plan;
      try {
        plan = new ForwardPlan(disk, FOLDER, STORE, sequence -> {});
      } catch (IOException e) {
        continue; // nothing was planned yet
      }
      opened++;
      for (int i = 1; i < 20; i++) {
        try {
          plan.add(PlanRecord.passed(Lane.LIVE, i));
          plan.force();
        } catch (IOException e) {
          // tried again with the next one
        }
      }
      plan.force();
      Seen before = Seen.of(plan);
      ForwardPlan again =
          new ForwardPlan(disk.afterPowerCut(operation), FOLDER, STORE, sequence -> {});
      assertThat(Seen.of(again)).as("operation %d", operation).isEqualTo(before);
    }
    assertThat(opened).isGreaterThan(30);
  }

  @Test
  void aPlanOfAnotherStoreIsRefused() throws IOException {
    FaultDisk disk = new FaultDisk();
    new ForwardPlan(disk, FOLDER, STORE, sequence -> {}).close();
    assertThatThrownBy(() -> new ForwardPlan(disk, FOLDER, new UUID(3, 4), sequence -> {}))
        .isInstanceOf(HistorianException.class)
        .hasMessageContaining("another store");
  }

  @Test
  void aPlanThatHasGrownIsMadeShort() throws IOException {
    FaultDisk disk = new FaultDisk();
    try (ForwardPlan plan = new ForwardPlan(disk, FOLDER, STORE, sequence -> {})) {
      for (int i = 1; i <= 200_000; i++) {
        plan.add(PlanRecord.passed(Lane.LIVE, i));
        if (i % 1000 == 0) {
          plan.force();
        }
      }
      assertThat(plan.liveNext()).isEqualTo(200_000);
    }
    assertThat(disk.usedBytes()).isLessThan(9L << 20);
  }
}
