package io.tidemark.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.ingest.SampleSink;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.decode.LineProtocolDecoder;
import io.tidemark.ingest.decode.TimeUnitCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the client writes is what the server's own decoder reads, to the last bit. */
class LineWriterTest {
  private static final String[] PIECES = {
    "a", "B7", " ", ",", "=", "\\", "\"", ".", "#", "ä", "😀", "\u00a0", "tag=", "\\\\", "\\ ", "m,"
  };
  private static final String[] TEXT_PIECES = {
    "\n", "\r\n", "\t", "\u0001", "\",", "\" 1\n", "=\""
  };

  /** A sample as the sink gets it, in words. */
  private static final class Recording implements SampleSink {
    private final List<String> samples = new ArrayList<>();

    private void add(Object kind, String tag, long timeNs, Object value, int status) {
      samples.add(kind + "|" + tag + "|" + timeNs + "|" + value + "|" + status);
    }

    @Override
    public void integer(String tag, long timeNs, long value, int status) {
      add("integer", tag, timeNs, value, status);
    }

    @Override
    public void decimal(String tag, long timeNs, double value, float single, int status) {
      add(
          "decimal",
          tag,
          timeNs,
          Double.doubleToRawLongBits(value) + "/" + Float.floatToRawIntBits(single),
          status);
    }

    @Override
    public void bool(String tag, long timeNs, boolean value, int status) {
      add("bool", tag, timeNs, value, status);
    }

    @Override
    public void text(String tag, long timeNs, String value, int status) {
      add("text", tag, timeNs, value, status);
    }

    @Override
    public void absent(String tag, long timeNs, int status) {
      add("absent", tag, timeNs, "", status);
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void theServerReadsWhatWasWritten(long seed) {
    Random random = new Random(seed);
    LineWriter lines = new LineWriter();
    Recording written = new Recording();
    for (int i = 0; i < 300; i++) {
      String tag = name(random);
      long timeNs = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(1_000_000) - 500;
      int status = random.nextInt(3) == 0 ? random.nextInt() : 0;
      switch (random.nextInt(6)) {
        case 0 -> {
          double value = number(random);
          lines.number(tag, timeNs, Double.toString(value), status);
          written.decimal(tag, timeNs, value, (float) value, status);
        }
        case 1 -> {
          float value = (float) (random.nextGaussian() * 1e3);
          lines.number(tag, timeNs, Float.toString(value), status);
          written.decimal(tag, timeNs, Double.parseDouble(Float.toString(value)), value, status);
        }
        case 2 -> {
          long value = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt();
          lines.number(tag, timeNs, value + "i", status);
          written.integer(tag, timeNs, value, status);
        }
        case 3 -> {
          lines.number(tag, timeNs, "true", status);
          written.bool(tag, timeNs, true, status);
        }
        case 4 -> {
          String text = text(random);
          lines.text(tag, timeNs, text, status);
          written.text(tag, timeNs, text, status);
        }
        default -> {
          lines.absent(tag, timeNs, status);
          written.absent(tag, timeNs, status);
        }
      }
    }
    Recording read = new Recording();
    WriteReport report = new WriteReport();
    new LineProtocolDecoder().decode(lines.toByteArray(), TimeUnitCode.NS, 0, read, report);
    assertThat(report.errors()).isEmpty();
    assertThat(read.samples).isEqualTo(written.samples);
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder();
    for (int i = 0, pieces = 1 + random.nextInt(8); i < pieces; i++) {
      name.append(PIECES[random.nextInt(PIECES.length)]);
    }
    while (name.length() > 0 && name.charAt(name.length() - 1) == '\\') {
      name.setLength(name.length() - 1);
    }
    return name.toString().isBlank() ? "T" : name.toString();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0, pieces = random.nextInt(10); i < pieces; i++) {
      text.append(
          random.nextBoolean()
              ? PIECES[random.nextInt(PIECES.length)]
              : TEXT_PIECES[random.nextInt(TEXT_PIECES.length)]);
    }
    return text.toString();
  }

  private static double number(Random random) {
    double value =
        switch (random.nextInt(4)) {
          case 0 -> Double.longBitsToDouble(random.nextLong());
          case 1 -> -0.0;
          case 2 -> random.nextInt();
          default -> random.nextGaussian();
        };
    return Double.isFinite(value) ? value : Double.MIN_VALUE;
  }

  @Test
  void refusedLinesAreFoundThoughTextsHoldLineBreaks() {
    LineWriter lines = new LineWriter();
    lines.text("A", 1, "x\ny\n", 0);
    lines.number("B", 2, "NaN", 0);
    lines.text("C", 3, "\n", 0);
    lines.number("D", 4, "1x", 0);
    WriteReport report = new WriteReport();
    new LineProtocolDecoder()
        .decode(lines.toByteArray(), TimeUnitCode.NS, 0, new Recording(), report);
    assertThat(report.errors()).hasSize(2);
    assertThat(
            report.errors().stream()
                .map(each -> lines.sampleAtLine(Long.parseLong(each.where().substring(5)))))
        .containsExactly("m,tag=B value=NaN 2", "m,tag=D value=1x 4");
    assertThat(new String(lines.toByteArray(), StandardCharsets.UTF_8)).endsWith("1x 4\n");
  }
}
