package io.tidemark.ingest.decode;

import static io.tidemark.testing.Mutations.survives;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.ingest.SampleSink;
import io.tidemark.ingest.WriteReport;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile bodies of writers: each sample is stored or refused, and none costs more than it is. */
class DecodeFuzzTest {
  private static final long NOW_NS = 1_800_000_000_000_000_000L;

  /** Names, errors with their words, and the table of series that each decoder has. */
  private static final long ALLOCATED_PER_BYTE = 4096;

  private static final long ALLOCATED_MIN = 4 << 20;

  /** Counts what comes, and checks that a sample has a name and that a number is one. */
  private static final class CountingSink implements SampleSink {
    long samples;

    private void count(String tag) {
      assertThat(tag).isNotBlank();
      samples++;
    }

    @Override
    public void integer(String tag, long timeNs, long value, int status) {
      count(tag);
    }

    @Override
    public void decimal(String tag, long timeNs, double value, float single, int status) {
      count(tag);
    }

    @Override
    public void bool(String tag, long timeNs, boolean value, int status) {
      count(tag);
    }

    @Override
    public void text(String tag, long timeNs, String value, int status) {
      count(tag);
      assertThat(value).isNotNull();
    }

    @Override
    public void absent(String tag, long timeNs, int status) {
      count(tag);
    }
  }

  private interface Decoding {
    void decode(SampleSink sink, WriteReport report);
  }

  private static void check(String what, byte[] input, Decoding decoding) {
    survives(
        what,
        ALLOCATED_MIN + ALLOCATED_PER_BYTE * input.length,
        () -> {
          CountingSink sink = new CountingSink();
          WriteReport report = new WriteReport();
          decoding.decode(sink, report);
          assertThat(sink.samples).isEqualTo(report.stored());
        });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Stream<byte[]> lines() {
    return Stream.of(
            "m,tag=A.1 value=1.5,status=\"Bad\" 1700000000000000000\nm,tag=A.1 value=-2e-7 17\n",
            "boiler,unit=U\\ 1,a\\,b=c\\=d temp=71.25,runs=5i,n=7u,on=t,txt=\"a \\\"b\\\"\nc\" 1\n",
            "# comment\r\n\r\n"
                + "\tm f=9223372036854775807i,g=1.7976931348623157e308 -1\r\n"
                + "m f=NaN\n"
                + "m\n",
            "m,tag=Ü.1 status=2147483648i\nm x=\"open\nm,tag= value=1 1\nm,=a b=1\n,a=b c=1 2")
        .map(DecodeFuzzTest::bytes);
  }

  @MethodSource("lines")
  @FuzzTest
  void lineProtocol(byte[] input) {
    check(
        "lines",
        input,
        (sink, report) ->
            new LineProtocolDecoder().decode(input, TimeUnitCode.MS, NOW_NS, sink, report));
  }

  /** A decoder that has read something else before must not remember wrongly. */
  @MethodSource("lines")
  @FuzzTest
  void lineProtocolAgain(byte[] input) {
    check(
        "lines again",
        input,
        (sink, report) -> {
          LineProtocolDecoder decoder = new LineProtocolDecoder();
          CountingSink first = new CountingSink();
          WriteReport firstReport = new WriteReport();
          decoder.decode(input, TimeUnitCode.NS, NOW_NS, first, firstReport);
          decoder.decode(input, TimeUnitCode.NS, NOW_NS, sink, report);
          assertThat(report.stored()).isEqualTo(firstReport.stored());
          assertThat(report.errorCount()).isEqualTo(firstReport.errorCount());
        });
  }

  static Stream<byte[]> json() {
    return Stream.of(
            "{\"samples\":[{\"tag\":\"A.1\",\"ts\":\"2026-01-01T00:00:00Z\",\"value\":1.5},"
                + "{\"tag\":\"A.1\",\"ts\":17,\"value\":null,\"status\":\"Bad\"}]}",
            "[{\"tag\":\"Ü\",\"ts\":\"17\",\"value\":\"\\u0041\"},{\"value\":true,\"ts\":1,\"tag\":\"b\"}]",
            "{\"series\":[{\"tag\":\"A\",\"samples\":[[1,2.5],[2,1e400,0],[3,\"NaN\",2147483648]]}]}",
            "{\"samples\":[{\"tag\":7,\"ts\":1,\"value\":{\"a\":[]}},{\"valeu\":1}")
        .map(DecodeFuzzTest::bytes);
  }

  @MethodSource("json")
  @FuzzTest
  void jsonWrite(byte[] input) {
    check(
        "JSON",
        input,
        (sink, report) ->
            new JsonWriteDecoder().decode(input, TimeUnitCode.MS, NOW_NS, sink, report));
  }
}
