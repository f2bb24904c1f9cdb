package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbered requests are stored once, through repeats, seals, restarts and crashes. */
class RequestTableTest {
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);

  private final FaultDisk disk = new FaultDisk();
  private final TagDefinition tag = new OracleStore().defineAnalog("T");

  private static void assertRefused(ErrorCode code, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.messageText()).contains(words);
            });
  }

  @Test
  void aRepeatIsNotStoredAgainAndNamesAForcedFrame() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      long first = fixture.write(tag.id(), 1, 1, 9, 1, 1, 0, 1);
      long again = fixture.write(tag.id(), 1, 1, 9, 1, 1, 0, 1);
      assertThat(again).isNegative();
      assertThat(StoreWriter.repeatOf(again)).isGreaterThanOrEqualTo(first);
      assertThat(fixture.write(tag.id(), 2, 2, 9, 1, 2, 0, 1)).isEqualTo(first + 1);
      assertThat(fixture.write(tag.id(), 1, 1, 9, 1, 1, 0, 1)).isNegative();
      fixture.seal();
      fixture.reopen(); // now only the manifest knows
      assertThat(fixture.write(tag.id(), 2, 2, 9, 1, 2, 0, 1)).isNegative();
      assertThat(fixture.write(tag.id(), 3, 3, 9, 1, 3, 0, 1)).isPositive();
      fixture.reopen(); // now manifest and journal
      assertThat(fixture.write(tag.id(), 3, 3, 9, 1, 3, 0, 1)).isNegative();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0))
          .containsExactly("1=1.0", "2=2.0", "3=3.0");
    }
  }

  @Test
  void partsThatAreMissingAreTakenAndTheNextRequestWaitsForThem() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      fixture.write(tag.id(), 0, 0, 9, 1, 1, 0, 0);
      fixture.write(tag.id(), 2, 2, 9, 1, 1, 2, 3);
      assertRefused(
          ErrorCode.SEQUENCE_GAP, "expected=1", () -> fixture.write(tag.id(), 9, 9, 9, 1, 2, 0, 1));
      fixture.seal();
      fixture.reopen();
      assertThat(fixture.write(tag.id(), 0, 0, 9, 1, 1, 0, 0)).isNegative();
      assertThat(fixture.write(tag.id(), 1, 1, 9, 1, 1, 1, 0)).isPositive();
      assertThat(fixture.write(tag.id(), 2, 2, 9, 1, 1, 2, 3)).isNegative();
      assertThat(fixture.write(tag.id(), 9, 9, 9, 1, 2, 0, 1)).isPositive();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(4);
    }
  }

  @Test
  void gapsOldEpochsAndForgottenClientsAreRefused() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      assertRefused(
          ErrorCode.SEQUENCE_GAP, "expected=1", () -> fixture.write(tag.id(), 1, 1, 9, 1, 5, 0, 1));
      fixture.write(tag.id(), 1, 1, 9, 7, 1, 0, 1);
      assertRefused(
          ErrorCode.SEQUENCE_GAP,
          "request=3, expected=2",
          () -> fixture.write(tag.id(), 1, 1, 9, 7, 3, 0, 1));
      assertRefused(
          ErrorCode.EPOCH_FENCED,
          "newestEpoch=7",
          () -> fixture.write(tag.id(), 1, 1, 9, 6, 1, 0, 1));
      assertRefused(
          ErrorCode.SEQUENCE_GAP,
          "epoch is new",
          () -> fixture.write(tag.id(), 1, 1, 9, 8, 2, 0, 1));
      fixture.write(tag.id(), 2, 2, 9, 8, 1, 0, 1);
      fixture.pass(29 * 86_400);
      fixture.write(tag.id(), 3, 3, 9, 8, 2, 0, 1);
      fixture.pass(31 * 86_400);
      assertRefused(
          ErrorCode.SEQUENCE_GAP, "not known", () -> fixture.write(tag.id(), 4, 4, 9, 8, 3, 0, 1));
      fixture.write(tag.id(), 4, 4, 9, 8, 1, 0, 1);
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(4);
    }
  }

  @Test
  void aHundredThousandClientsAreRememberedAndNoMore() throws IOException {
    RequestTable table = new RequestTable(List.of());
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      for (int producer = 1; producer <= RequestTable.PRODUCERS_MAX + 10; producer++) {
        fixture.write(tag.id(), producer, 1, producer, 1, 1, 0, 1);
      }
      fixture.seal();
      fixture.reopen();
      assertThat(fixture.write(tag.id(), 5, 1, RequestTable.PRODUCERS_MAX + 10, 1, 1, 0, 1))
          .isNegative();
      assertThat(fixture.write(tag.id(), 5, 1, 11, 1, 1, 0, 1)).isNegative();
      assertThat(fixture.write(tag.id(), 5, 1, 10, 1, 1, 0, 1)).isPositive(); // forgotten
      assertThat(table.progress()).isEmpty();
    }
  }

  /** A client that sends until it is acknowledged, over a disk that loses power now and then. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void aStubbornClientIsStoredExactlyOnce(long seed) throws IOException {
    Random random = new Random(seed);
    FaultDisk now = new FaultDisk();
    StoreFixture fixture = new StoreFixture(now, CONFIG);
    fixture.define(tag);
    fixture.store().writer().force();
    int requests = 60;
    for (long request = 1; request <= requests; request++) {
      int parts = 1 + random.nextInt(4);
      boolean acknowledged = false;
      while (!acknowledged) {
        now.crashAt(random.nextInt(20));
        try {
          List<Integer> order = new ArrayList<>();
          for (int part = 0; part < parts; part++) {
            order.add(part);
          }
          Collections.shuffle(order, random);
          for (int part : order) {
            fixture.write(
                tag.id(),
                request * 10 + part,
                request,
                9,
                1,
                request,
                part,
                part == parts - 1 ? parts : 0);
          }
          fixture.store().writer().force();
          acknowledged = true;
          if (random.nextInt(5) == 0) {
            fixture.seal();
          }
        } catch (FaultDisk.Crash | IOException | UncheckedIOException e) {
          assertThat(now.crashed()).as(String.valueOf(e)).isTrue();
          now = now.afterPowerCut(random.nextLong());
          fixture = new StoreFixture(now, CONFIG);
        }
      }
    }
    now.crashAt(Long.MAX_VALUE / 2);
    List<String> rows = fixture.read(tag.id(), VersionMode.ALL, 0);
    assertThat(rows).as("seed=%s", seed).doesNotHaveDuplicates();
    assertThat(rows.stream().map(row -> row.substring(row.indexOf('=') + 1)).distinct())
        .hasSize(requests);
    fixture.close();
  }
}
