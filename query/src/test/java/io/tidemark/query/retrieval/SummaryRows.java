package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.query.aggregate.SummaryField;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Compares rows that were added up in another order. */
final class SummaryRows {
  /** All fields that stored statistics hold. */
  static final Set<SummaryField> STORED = EnumSet.allOf(SummaryField.class);

  static {
    STORED.removeIf(SummaryField::needsSamples);
  }

  private SummaryRows() {}

  /**
   * The same, but for the last bits of what is added up.
   *
   * @param largest value that was recorded
   */
  static void assertClose(
      List<SummaryRow> actual, List<SummaryRow> expected, double largest, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      SummaryRow a = actual.get(i);
      SummaryRow b = expected.get(i);
      String as = what + "\n" + a + "\n" + b;
      assertThat(a.startNs()).as(as).isEqualTo(b.startNs());
      assertThat(a.endNs()).as(as).isEqualTo(b.endNs());
      assertThat(a.status()).as(as).isEqualTo(b.status());
      for (SummaryField field : STORED) {
        assertThat(a.has(field)).as("%s, %s", field, as).isEqualTo(b.has(field));
        if (!b.has(field)) {
          continue;
        }
        if (field.kind() != SummaryField.Kind.NUMBER) {
          assertThat(a.whole(field)).as("%s, %s", field, as).isEqualTo(b.whole(field));
          continue;
        }
        double relative =
            switch (field) {
              case TIME_AVERAGE, SAMPLE_AVERAGE, TOTAL -> 1e-12;
              case STD_DEV, SAMPLE_STD_DEV, POPULATION_STD_DEV -> 1e-9;
              default -> 0;
            };
        assertThat(Math.abs(a.number(field) - b.number(field)))
            .as("%s, %s", field, as)
            .isLessThanOrEqualTo(
                relative == 0
                    ? 0
                    : relative * Math.abs(b.number(field))
                        + 1e-14 * largest * (field == SummaryField.TOTAL ? b.goodSeconds() : 1));
      }
    }
  }
}
