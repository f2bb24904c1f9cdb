package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.MemoryAccount;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.OracleStore;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Who runs, who waits, and who is sent away. */
class AdmissionTest {
  private final ReadView view = new OracleStore().view();
  private final AtomicLong clock = new AtomicLong();

  /** A query that may run until the clock says so. */
  private QueryContext query(long deadlineNanos) {
    return new QueryContext(
        Principal.LOCAL_OPERATOR,
        tagId -> true,
        view,
        0,
        ZoneOffset.UTC,
        VersionMode.LATEST,
        new MemoryAccount(1),
        Runnable::run,
        clock::get,
        deadlineNanos);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  /** Enters on a thread of its own and keeps what came of it. */
  private static final class Arrival {
    private final Thread thread;
    private volatile Admission.Place place;
    private volatile HistorianException refusal;

    Arrival(Admission admission, QueryContext query, Runnable then) {
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      place = admission.enter(query);
                      then.run();
                    } catch (HistorianException e) {
                      refusal = e;
                    }
                  });
    }

    HistorianException refusal() throws InterruptedException {
      thread.join();
      assertThat(place).isNull();
      return refusal;
    }
  }

  @Test
  void whoWaitsRunsInOrderOfArrival() throws InterruptedException {
    Admission admission = new Admission(1, 20);
    Admission.Place first = admission.enter(query(Long.MAX_VALUE));
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Arrival> arrivals = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      arrivals.add(new Arrival(admission, query(Long.MAX_VALUE), () -> order.add(number)));
      await(() -> admission.waiting() == number + 1);
    }
    assertThat(admission.running()).isEqualTo(1);
    assertThat(order).isEmpty();
    first.close();
    for (Arrival arrival : arrivals) {
      arrival.thread.join();
      arrival.place.close();
    }
    assertThat(order).isSorted().hasSize(20);
    assertThat(admission.running()).isZero();
    assertThat(admission.refused()).isZero();
  }

  @Test
  void aFullQueueSaysWhatIsFullAndWhichSettingHelps() {
    Admission admission = new Admission(2, 0);
    Admission.Place first = admission.enter(query(Long.MAX_VALUE));
    admission.enter(query(Long.MAX_VALUE));
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> admission.enter(query(Long.MAX_VALUE)))
        .returns(ErrorCode.BACK_PRESSURED, HistorianException::code)
        .satisfies(
            e ->
                assertThat(e.messageText())
                    .isEqualTo("too many statements wait: running=2, waiting=0, limit=0"))
        .satisfies(
            e -> assertThat(e.hint()).contains("query.sqlQueued").contains("query.sqlConcurrent"));
    assertThat(admission.refused()).isEqualTo(1);
    first.close();
    first.close();
    assertThat(admission.running()).as("a place is left once").isEqualTo(1);
    admission.enter(query(Long.MAX_VALUE)).close();
  }

  @Test
  void nobodyWaitsLongerThanItsQueryMayTake() throws InterruptedException {
    Admission admission = new Admission(1, 5);
    Admission.Place first = admission.enter(query(Long.MAX_VALUE));
    Arrival late = new Arrival(admission, query(1_000), () -> {});
    await(() -> admission.waiting() == 1);
    clock.set(1_001);
    assertThat(late.refusal())
        .returns(ErrorCode.DEADLINE_EXCEEDED, HistorianException::code)
        .satisfies(e -> assertThat(e.messageText()).contains("waited", "running=1", "limit=1"));
    assertThat(admission.waiting()).isZero();
    assertThat(admission.refused()).isEqualTo(1);
    first.close();
    assertThat(admission.running()).isZero();
  }

  @Test
  void aClientThatGoesAwayLeavesTheQueue() throws InterruptedException {
    Admission admission = new Admission(1, 5);
    Admission.Place first = admission.enter(query(Long.MAX_VALUE));
    QueryContext gone = query(Long.MAX_VALUE);
    Arrival cancelled = new Arrival(admission, gone, () -> {});
    await(() -> admission.waiting() == 1);
    Arrival next = new Arrival(admission, query(Long.MAX_VALUE), () -> {});
    await(() -> admission.waiting() == 2);
    gone.cancel();
    assertThat(cancelled.refusal()).returns(ErrorCode.CANCELLED, HistorianException::code);
    assertThat(admission.waiting()).isEqualTo(1);
    first.close();
    next.thread.join();
    next.place.close();
    assertThat(admission.running()).isZero();
  }

  @Test
  void anInterruptEndsTheWait() throws InterruptedException {
    Admission admission = new Admission(1, 5);
    Admission.Place first = admission.enter(query(Long.MAX_VALUE));
    Arrival waiting = new Arrival(admission, query(Long.MAX_VALUE), () -> {});
    await(() -> admission.waiting() == 1);
    waiting.thread.interrupt();
    assertThat(waiting.refusal()).returns(ErrorCode.UNAVAILABLE, HistorianException::code);
    first.close();
    assertThat(admission.running()).isZero();
  }

  @Test
  void whateverComesTogetherNoPlaceIsLostOrGivenTwice() throws InterruptedException {
    Admission admission = new Admission(3, 8);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger turnedAway = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 12; t++) {
      SplittableRandom random = new SplittableRandom(t);
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 2_000; i++) {
                      QueryContext query = query(Long.MAX_VALUE);
                      Thread canceller =
                          random.nextInt(8) == 0 ? Thread.ofVirtual().start(query::cancel) : null;
                      try {
                        Admission.Place place = admission.enter(query);
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.yield();
                        inside.decrementAndGet();
                        ran.incrementAndGet();
                        place.close();
                      } catch (HistorianException e) {
                        assertThat(e.code()).isIn(ErrorCode.CANCELLED, ErrorCode.BACK_PRESSURED);
                        turnedAway.incrementAndGet();
                      }
                      if (canceller != null) {
                        try {
                          canceller.join();
                        } catch (InterruptedException e) {
                          throw new IllegalStateException(e);
                        }
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(ran.get() + turnedAway.get()).isEqualTo(24_000);
    assertThat(most.get()).isBetween(1, 3);
    assertThat(admission.running()).isZero();
    assertThat(admission.waiting()).isZero();
  }
}
