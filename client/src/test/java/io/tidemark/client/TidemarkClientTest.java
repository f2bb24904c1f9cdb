package io.tidemark.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.client.ScriptedServer.Answer;
import io.tidemark.client.ScriptedServer.Seen;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the client sends, sends again, and gives up. */
class TidemarkClientTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final RetryRule QUICK = new RetryRule(Duration.ofMillis(1), Duration.ofMillis(20));

  private ScriptedServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ClientBuilder builder() {
    return TidemarkClient.to(server.address())
        .producer("line-7")
        .epoch(10)
        .retry(QUICK)
        .batchAge(Duration.ofHours(1));
  }

  private Stream<String> numbers() {
    return server.seen().stream().map(Seen::number);
  }

  @Test
  void aRequestIsSentAgainUnderItsNumberUntilTheOutcomeIsKnown() {
    server.answer(
        Answer.of(503),
        Answer.of(0),
        Answer.error(500, "INTERNAL", "what"),
        new Answer(429, "", "0"),
        Answer.of(408),
        Answer.of(502),
        Answer.of(504),
        Answer.of(507));
    try (TidemarkClient client = builder().token("secret").start()) {
      client.write("T", 5, 1.5);
      assertThat(client.flush(LONG)).isTrue();
      client.write("T", 6, 2.5);
      assertThat(client.flush(LONG)).isTrue();
      assertThat(client.statistics()).isEqualTo(new WriteStatistics(2, 2, 0, 0, 0, 2, 8));
      assertThat(client.trouble()).isNull();
    }
    List<Seen> seen = server.seen();
    assertThat(seen).hasSize(10);
    assertThat(seen.subList(0, 9))
        .containsOnly(new Seen("line-7", 10, 1, "Bearer secret", "m,tag=T value=1.5 5\n"));
    assertThat(seen.get(9))
        .isEqualTo(new Seen("line-7", 10, 2, "Bearer secret", "m,tag=T value=2.5 6\n"));
  }

  @Test
  void batchesEndByCountByAgeAndByFlush() {
    try (TidemarkClient client =
        builder().batchSamples(3).batchAge(Duration.ofMillis(20)).gzipBytesMin(1).start()) {
      for (int i = 0; i < 7; i++) {
        client.write("T", i, (long) i);
      }
      assertThat(client.flush(LONG)).isTrue();
      client.write("T", 7, 7L);
      while (client.statistics().waiting() > 0) {
        Thread.onSpinWait(); // until its age is over
      }
    }
    assertThat(server.seen().get(0).body())
        .isEqualTo("m,tag=T value=0i 0\nm,tag=T value=1i 1\nm,tag=T value=2i 2\n");
    String all = String.join("", server.seen().stream().map(Seen::body).toList());
    assertThat(all.lines()).hasSize(8);
    assertThat(numbers()).startsWith("10/1", "10/2", "10/3");
  }

  @Test
  void refusedItemsAreToldWithTheSampleAndTheRestIsStored() {
    server.answer(
        new Answer(
            207,
            "{\"stored\":2,\"errors\":[{\"line\":4,\"code\":\"WRONG_TYPE\",\"message\":\"no\"}]}",
            ""));
    List<RefusedItem> told = new ArrayList<>();
    try (TidemarkClient client = builder().listener(listener(told, new ArrayList<>())).start()) {
      client.write("A", 1, "two\nlines\n");
      client.write("B", 2, true);
      client.write("C", 3, 3.5f);
      assertThat(client.flush(LONG)).isTrue();
      client.write("D", 4, 4.5);
      assertThat(client.flush(LONG)).isTrue();
      assertThat(client.statistics().stored()).isEqualTo(3);
      assertThat(client.statistics().refused()).isEqualTo(1);
    }
    assertThat(told)
        .containsExactly(new RefusedItem("line 4", "m,tag=B value=true 2", "WRONG_TYPE", "no"));
    assertThat(numbers()).containsExactly("10/1", "10/2");
  }

  @Test
  void aNumberIsUsedAgainOnlyIfNothingOfItsRequestCanBeStored() {
    server.answer(
        Answer.error(401, "UNAUTHENTICATED", "no token"),
        Answer.error(400, "MALFORMED", "no"),
        Answer.error(403, "FORBIDDEN", "no"));
    List<RequestOutcome> told = new ArrayList<>();
    try (TidemarkClient client = builder().listener(listener(new ArrayList<>(), told)).start()) {
      for (int i = 0; i < 5; i++) {
        client.write("T", i, 1.0);
        assertThat(client.flush(LONG)).isTrue();
      }
      assertThat(client.statistics().refused()).isEqualTo(3);
      assertThat(client.statistics().stored()).isEqualTo(2);
    }
    assertThat(told).extracting(RequestOutcome::status).containsExactly(401, 400, 403);
    List<Seen> seen = server.seen();
    assertThat(seen.get(0).number()).isEqualTo("10/1");
    assertThat(seen.get(1).number()).isEqualTo("10/1");
    assertThat(seen.get(2).epoch()).isGreaterThan(10);
    assertThat(seen.get(2).sequence()).isEqualTo(1);
    assertThat(seen.get(3).number()).isEqualTo(seen.get(2).number());
    assertThat(seen.get(4).sequence()).isEqualTo(2);
  }

  @Test
  void aServerThatForgotTheProducerGetsTheSameSamplesUnderAGreaterEpoch() {
    server.answer(
        Answer.of(204),
        Answer.error(409, "SEQUENCE_GAP", "not known: epoch=10, request=2, expected=1"));
    try (TidemarkClient client = builder().start()) {
      client.write("T", 1, 1.0);
      assertThat(client.flush(LONG)).isTrue();
      client.write("T", 2, 2.0);
      assertThat(client.flush(LONG)).isTrue();
      assertThat(client.statistics().stored()).isEqualTo(2);
    }
    List<Seen> seen = server.seen();
    assertThat(seen).hasSize(3);
    assertThat(seen.get(2).body()).isEqualTo(seen.get(1).body());
    assertThat(seen.get(2).epoch()).isGreaterThan(10);
    assertThat(seen.get(2).sequence()).isEqualTo(1);
  }

  @Test
  void aServerThatExpectsTheRequestAfterThisOneHasThisOne() {
    server.answer(Answer.error(409, "SEQUENCE_GAP", "missing: epoch=10, request=1, expected=2"));
    try (TidemarkClient client = builder().start()) {
      client.write("T", 1, 1.0);
      assertThat(client.flush(LONG)).isTrue();
      client.write("T", 2, 2.0);
      assertThat(client.flush(LONG)).isTrue();
      assertThat(client.statistics().stored()).isEqualTo(2);
    }
    assertThat(numbers()).containsExactly("10/1", "10/2");
  }

  @Test
  void aClientThatIsShutOutTakesNoMoreSamples() {
    server.answer(Answer.error(403, "EPOCH_FENCED", "another client: newestEpoch=11"));
    try (TidemarkClient client = builder().start()) {
      client.write("T", 1, 1.0);
      assertThat(client.flush(LONG)).isTrue();
      assertThatThrownBy(() -> client.write("T", 2, 2.0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("producer=line-7")
          .hasMessageContaining("newestEpoch=11");
    }
  }

  @Test
  void aFullBufferHoldsTheCallerAndThenThrows() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1)) {
      List<RequestOutcome> told = new ArrayList<>();
      TidemarkClient client =
          TidemarkClient.to("http://127.0.0.1:" + silent.getLocalPort())
              .bufferBytesMax(100)
              .batchSamples(1)
              .blockMax(Duration.ofMillis(50))
              .listener(listener(new ArrayList<>(), told))
              .start();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  client.write("T", i, 1.0);
                }
              })
          .isInstanceOf(BufferFullException.class)
          .hasMessageContaining("samples=5");
      assertThat(client.close(Duration.ofMillis(100))).isFalse();
      assertThat(client.statistics().unknown()).isEqualTo(5);
      assertThat(told).extracting(RequestOutcome::kind).containsOnly(RequestOutcome.Kind.CLOSED);
      assertThatThrownBy(() -> client.write("T", 1, 1.0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("client is closed");
    }
  }

  @Test
  void whatNoLineCanSayIsRefusedAtOnceAndCostsNothingElse() {
    try (TidemarkClient client = builder().start()) {
      for (String name : List.of("", "a\\", "a\nb", "a\u0000", "\ud800")) {
        assertThatThrownBy(() -> client.write(name, 1, 1.0))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> client.write("T", 1, Double.NaN))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> client.write("T", 1, Float.NEGATIVE_INFINITY))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> client.write("T", 1, "\udc00"))
          .isInstanceOf(IllegalArgumentException.class);
      client.writeAbsent("T", 1, TidemarkClient.BAD_NO_DATA);
    }
    assertThat(server.seen()).hasSize(1);
    assertThat(server.seen().get(0).body()).isEqualTo("m,tag=T status=2157641728i 1\n");
  }

  @Test
  void pausesGrowToTheLongestAndHonourTheServer() {
    RetryRule rule = RetryRule.DEFAULT;
    assertThat(rule.pauseNs(1, 0.5, 0)).isEqualTo(50_000_000L);
    assertThat(rule.pauseNs(3, 0.5, 0)).isEqualTo(200_000_000L);
    assertThat(rule.pauseNs(100, 0.5, 0)).isEqualTo(5_000_000_000L);
    assertThat(rule.pauseNs(1, 0.0, 3_000_000_000L)).isEqualTo(3_000_000_000L);
  }

  private static WriteListener listener(List<RefusedItem> items, List<RequestOutcome> outcomes) {
    return new WriteListener() {
      @Override
      public void itemsRefused(List<RefusedItem> refused, long count) {
        items.addAll(refused);
      }

      @Override
      public void requestRefused(RequestOutcome outcome, long samples) {
        outcomes.add(outcome);
      }
    };
  }
}
