package io.tidemark.ingest.decode;

import io.tidemark.ingest.SampleSink;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it is given; refuses tags whose name starts with {@code refused}. */
final class RecordingSink implements SampleSink {
  /** One sample; doubles are compared by their bits. */
  record Seen(String tag, long timeNs, String kind, Object value, int status) {
    static Seen integer(String tag, long timeNs, long value) {
      return new Seen(tag, timeNs, "integer", value, 0);
    }

    static Seen decimal(String tag, long timeNs, double value) {
      return new Seen(tag, timeNs, "decimal", Double.doubleToRawLongBits(value), 0);
    }

    static Seen bool(String tag, long timeNs, boolean value) {
      return new Seen(tag, timeNs, "bool", value, 0);
    }

    static Seen text(String tag, long timeNs, String value) {
      return new Seen(tag, timeNs, "text", value, 0);
    }

    static Seen absent(String tag, long timeNs, int status) {
      return new Seen(tag, timeNs, "absent", "", status);
    }

    static Seen withStatus(Seen seen, int status) {
      return new Seen(seen.tag, seen.timeNs, seen.kind, seen.value, status);
    }
  }

  final List<Seen> samples = new ArrayList<>();

  /** The float32 of each decimal. */
  final List<Float> singles = new ArrayList<>();

  private void add(Seen seen) {
    if (seen.tag.startsWith("refused")) {
      throw new HistorianException(ErrorCode.WRONG_TYPE, "refused by the sink");
    }
    if (seen.tag.startsWith("pressed")) {
      throw new HistorianException(ErrorCode.BACK_PRESSURED, "full");
    }
    samples.add(seen);
  }

  @Override
  public void integer(String tag, long timeNs, long value, int status) {
    add(new Seen(tag, timeNs, "integer", value, status));
  }

  @Override
  public void decimal(String tag, long timeNs, double value, float single, int status) {
    singles.add(single);
    add(new Seen(tag, timeNs, "decimal", Double.doubleToRawLongBits(value), status));
  }

  @Override
  public void bool(String tag, long timeNs, boolean value, int status) {
    add(new Seen(tag, timeNs, "bool", value, status));
  }

  @Override
  public void text(String tag, long timeNs, String value, int status) {
    add(new Seen(tag, timeNs, "text", value, status));
  }

  @Override
  public void absent(String tag, long timeNs, int status) {
    add(new Seen(tag, timeNs, "absent", "", status));
  }
}
