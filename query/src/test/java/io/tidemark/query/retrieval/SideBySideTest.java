package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.MemoryAccount;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.OracleStore;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Order is kept whoever does the work. */
@Timeout(60)
class SideBySideTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 500).boxed().toList();

  private static QueryContext context(Executor executor) {
    return new QueryContext(
        Principal.LOCAL_OPERATOR,
        tagId -> true,
        new OracleStore().view(),
        0,
        ZoneOffset.UTC,
        VersionMode.LATEST,
        new MemoryAccount(1 << 20),
        executor,
        () -> 0L,
        Long.MAX_VALUE);
  }

  private static List<Integer> squares(Executor executor, int ahead) throws IOException {
    List<Integer> taken = new ArrayList<>();
    SideBySide.map(context(executor), ITEMS, ahead, item -> item * item, taken::add);
    return taken;
  }

  @Test
  void answersComeInOrder() throws IOException {
    List<Integer> expected = ITEMS.stream().map(item -> item * item).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      assertThat(squares(threads, 8)).isEqualTo(expected);
    }
    assertThat(squares(Runnable::run, 1)).isEqualTo(expected);
    assertThat(squares(task -> {}, 4)).as("an executor that never comes to it").isEqualTo(expected);
  }

  @Test
  void twoAreMadeAtATime() throws IOException {
    CountDownLatch both = new CountDownLatch(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      SideBySide.map(
          context(threads),
          List.of(1, 2),
          2,
          item -> {
            both.countDown();
            try {
              return both.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          },
          met -> assertThat(met).isTrue());
    }
  }

  @Test
  void noMoreThanSoManyAreHeld() throws IOException {
    AtomicInteger made = new AtomicInteger();
    int[] taken = {0};
    SideBySide.map(
        context(Runnable::run),
        ITEMS,
        5,
        item -> made.incrementAndGet(),
        answer -> assertThat(made.get() - ++taken[0]).isLessThan(5));
    assertThat(taken[0]).isEqualTo(ITEMS.size());
  }

  @Test
  void aFailureIsThrownInItsTurnAndEndsTheRest() {
    List<Integer> taken = new ArrayList<>();
    AtomicInteger made = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      assertThatThrownBy(
              () ->
                  SideBySide.map(
                      context(threads),
                      ITEMS,
                      4,
                      item -> {
                        made.incrementAndGet();
                        if (item == 7) {
                          throw new IllegalArgumentException("seven");
                        }
                        return item;
                      },
                      taken::add))
          .hasMessage("seven");
    }
    assertThat(taken).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(made.get()).isLessThan(20);
  }
}
