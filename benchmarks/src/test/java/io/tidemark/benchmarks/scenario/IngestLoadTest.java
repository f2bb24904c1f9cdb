package io.tidemark.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.ingest.SampleSink;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.decode.LineProtocolDecoder;
import io.tidemark.ingest.decode.TimeUnitCode;
import io.tidemark.model.StatusCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What writers are measured with: the bodies hold the workload, the schedule leaves nothing out.
 */
class IngestLoadTest {
  private static final int TAGS = 100;
  private static final int SCANS = 20;

  private record Sample(String tag, long timeNs, double value, int status) {}

  private static final class Samples implements SampleSink {
    final List<Sample> all = new ArrayList<>();

    @Override
    public void integer(String tag, long timeNs, long value, int status) {
      all.add(new Sample(tag, timeNs, value, status));
    }

    @Override
    public void decimal(String tag, long timeNs, double value, float single, int status) {
      all.add(new Sample(tag, timeNs, value, status));
    }

    @Override
    public void bool(String tag, long timeNs, boolean value, int status) {
      throw new AssertionError("no sample is of that type: " + tag);
    }

    @Override
    public void text(String tag, long timeNs, String value, int status) {
      throw new AssertionError("no sample is of that type: " + tag);
    }

    @Override
    public void absent(String tag, long timeNs, int status) {
      throw new AssertionError("every sample has a value: " + tag);
    }
  }

  private static List<Sample> decode(byte[] body) {
    Samples samples = new Samples();
    WriteReport report = new WriteReport();
    new LineProtocolDecoder().decode(body, TimeUnitCode.NS, 0, samples, report);
    assertThat(report.errors()).isEmpty();
    return samples.all;
  }

  @Test
  void bodiesOfAllConnectionsTogetherHoldTheWorkload() {
    WorkloadM workload = WorkloadM.mixed(7, TAGS);
    List<Sample> wanted = new ArrayList<>();
    for (int tag = 0; tag < TAGS; tag++) {
      WorkloadM.Source source = workload.source(tag);
      for (int scan = 0; scan < SCANS; scan++) {
        source.next();
        wanted.add(
            new Sample(
                workload.definition(tag).name(), source.timeNs(), source.value(), source.status()));
      }
    }
    assertThat(wanted).anyMatch(sample -> sample.status() != StatusCodes.GOOD);
    List<Sample> given = new ArrayList<>();
    for (int connection = 0; connection < 4; connection++) {
      LineBodies bodies = new LineBodies(workload, LineBodies.Form.NAMED, connection, 4);
      given.addAll(decode(bodies.next(SCANS / 2)));
      given.addAll(decode(bodies.next(SCANS / 2)));
    }
    assertThat(given).containsExactlyInAnyOrderElementsOf(wanted);
  }

  @Test
  void aWideLineHoldsTenTagsOfAScan() {
    WorkloadM workload = WorkloadM.mixed(7, TAGS);
    byte[] body = new LineBodies(workload, LineBodies.Form.WIDE, 0, 1).next(SCANS);
    List<Sample> samples = decode(body);
    assertThat(samples).hasSize(TAGS * SCANS).doesNotHaveDuplicates();
    assertThat(samples.stream().map(Sample::tag).distinct()).hasSize(TAGS);
    WorkloadM.Source last = workload.exactSource(TAGS - 1);
    for (int scan = 0; scan < SCANS; scan++) {
      last.next();
    }
    assertThat(samples.getLast())
        .isEqualTo(new Sample("m.D0009.UNIT01.f9", last.timeNs(), last.value(), StatusCodes.GOOD));
  }

  @Test
  void aStampedBodyHasNewTimesAndTheSameValues() {
    WorkloadM workload = WorkloadM.mixed(7, TAGS);
    StampedBody body = StampedBody.of(workload, 2);
    assertThat(body.samples()).isEqualTo(2 * TAGS);
    List<Sample> first = decode(body.at(0));
    List<Sample> later = decode(body.copy().at(1000));
    for (int i = 0; i < first.size(); i++) {
      assertThat(later.get(i).timeNs())
          .isEqualTo(WorkloadM.START_NS + (1000 + i / TAGS) * 1_000_000_000L);
      assertThat(later.get(i).tag()).isEqualTo(first.get(i).tag());
      assertThat(later.get(i).value()).isEqualTo(first.get(i).value());
    }
  }

  @Test
  void everyCallOfAScheduleIsMadeOrCounted() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    OpenLoop.Outcome patient =
        OpenLoop.patient(1000, 100_000_000, 3)
            .run(() -> number -> calls.incrementAndGet() > 0 && number % 2 == 0);
    assertThat(calls).hasValue(100);
    assertThat(patient.taken().getTotalCount()).isEqualTo(50);
    assertThat(patient.refused().getTotalCount()).isEqualTo(50);
    assertThat(patient.leftOut()).isZero();
  }

  @Test
  void whatComesTooLateIsLeftOutAndAStallCountsForAllThatItHoldsUp() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    OpenLoop.Outcome outcome =
        new OpenLoop(1000, 400_000_000, 1, 50_000_000)
            .run(
                () ->
                    number -> {
                      if (calls.getAndIncrement() == 0) {
                        Thread.sleep(200);
                      }
                      return true;
                    });
    assertThat(outcome.leftOut()).isPositive();
    assertThat(outcome.taken().getTotalCount() + outcome.leftOut()).isEqualTo(400);
    assertThat(outcome.taken().getMaxValue()).isGreaterThanOrEqualTo(200_000);
  }
}
