package io.tidemark.query.context;

import static io.tidemark.testing.Mutations.survives;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile context records: refused, or applied. {@code CONTRIBUTING.md} says how to fuzz. */
class ContextRecordFuzzTest {
  /** One row of each kind, every column filled, and a record of several rows. */
  static Stream<byte[]> records() {
    ContextRecord all = new ContextRecord();
    Stream.Builder<byte[]> records = Stream.builder();
    for (ContextKind kind : ContextKind.values()) {
      ContextRecord one = new ContextRecord();
      one.add(kind, values(kind));
      all.add(kind, values(kind));
      one.payloads().forEach(records);
    }
    all.payloads().forEach(records);
    return records.build();
  }

  private static List<@Nullable Object> values(ContextKind kind) {
    ContextFields fields = ContextFields.of(kind);
    @Nullable Object[] values = new @Nullable Object[fields.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (fields.type(i)) {
            case TEXT -> "T" + i;
            case TIME, BIGINT -> 1_000_000L * (i + 1);
            case DOUBLE -> i + 0.5;
            case BOOLEAN -> i % 2 == 0;
          };
    }
    return Arrays.asList(values);
  }

  @MethodSource("records")
  @FuzzTest
  void record(byte[] payload) {
    survives("decode", 64L * payload.length, () -> ContextRecord.decode(payload));
    survives("apply", 256L * payload.length, () -> new ContextStore().apply(payload, "p", 1, 0));
  }
}
