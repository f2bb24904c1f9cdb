package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval.Logarithms;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers whose unit is a logarithm are not added up, behind whatever door. */
class LogarithmsTest {
  private static final long[] EDGES = {0, 100};

  private static final Set<SummaryField> ADDING =
      EnumSet.of(
          SummaryField.TIME_AVERAGE,
          SummaryField.SAMPLE_AVERAGE,
          SummaryField.TOTAL,
          SummaryField.SUM,
          SummaryField.STD_DEV,
          SummaryField.SAMPLE_STD_DEV,
          SummaryField.POPULATION_STD_DEV,
          SummaryField.SLOPE);

  private final OracleStore store = new OracleStore();

  private QueryContext context() {
    return QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC);
  }

  private TagDefinition tag(SampleType type, String uom) {
    TagDefinition tag = store.define("A " + uom + type, type, false, uom);
    for (int i = 0; i <= 10; i++) {
      store.write(tag, 10 * i, type == SampleType.STRING ? "x" + i : (Object) (5.0 + i), 0);
    }
    return tag;
  }

  private SummaryRow row(TagDefinition tag, Set<SummaryField> fields, Logarithms logarithms) {
    Retrieval.Summary asked =
        new Retrieval.Summary(
            EDGES, ReadRule.DEFAULT, CalculationBasis.TIME_WEIGHTED, fields, logarithms, 0);
    List<SummaryRow> rows = Summaries.of(asked, tag, context());
    assertThat(Summaries.within(new long[] {0, 100}, asked, tag, context())).isEqualTo(rows);
    return rows.getFirst();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pH", "dB", "dB(A)", "Np"})
  void aTagHasTheFieldsThatMakeSense(String uom) {
    TagDefinition tag = tag(SampleType.FLOAT64, uom);
    Set<SummaryField> all = EnumSet.allOf(SummaryField.class);
    SummaryRow row = row(tag, all, Logarithms.LEFT_OUT);
    SummaryRow numbers = row(tag, all, Logarithms.AS_NUMBERS);
    for (SummaryField field : SummaryField.values()) {
      assertThat(row.has(field)).as(field.name()).isEqualTo(!ADDING.contains(field));
      assertThat(numbers.has(field)).as(field.name()).isTrue();
    }
    assertThat(row.minimum()).isEqualTo(5.0);
    assertThat(row.maximum()).isEqualTo(14.0);
    assertThat(row.status()).isEqualTo(StatusCodes.GOOD | StatusCodes.CALCULATED);
    assertThat(numbers.timeAverage()).isEqualTo(10.0);
    assertThat(row(tag, SummaryField.USUAL, Logarithms.LEFT_OUT))
        .isEqualTo(Summaries.of(new Retrieval.Summary(EDGES), tag, context()).getFirst());
    assertThat(
            Summaries.of(new Retrieval.Summary(EDGES).asNumbers(), tag, context())
                .getFirst()
                .timeAverage())
        .isEqualTo(10.0);
  }

  @ParameterizedTest
  @EnumSource
  void whoNamesAFieldThatMakesNoneIsTold(SummaryField field) {
    TagDefinition tag = tag(SampleType.FLOAT64, "pH");
    Set<SummaryField> fields = EnumSet.of(field, SummaryField.MINIMUM);
    if (ADDING.contains(field)) {
      assertThatExceptionOfType(HistorianException.class)
          .isThrownBy(() -> row(tag, fields, Logarithms.REFUSED))
          .withMessageContaining("tag=\"" + tag.name() + "\"")
          .withMessageContaining("uom=\"pH\"")
          .withMessageContaining("fields=" + field.label() + ";")
          .withMessageContaining("asNumbers=true")
          .returns(ErrorCode.UNIT_MISMATCH, HistorianException::code);
    } else {
      assertThat(row(tag, fields, Logarithms.REFUSED).has(field)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void otherTagsAreAsEver(Logarithms logarithms) {
    for (String uom : List.of("", "°C", "bar(g)", "NTU", "dB/x", "ph level")) {
      SummaryRow row =
          row(tag(SampleType.FLOAT64, uom), EnumSet.allOf(SummaryField.class), logarithms);
      assertThat(row.timeAverage()).as(uom).isEqualTo(10.0);
    }
    SummaryRow text =
        row(tag(SampleType.STRING, "pH"), EnumSet.allOf(SummaryField.class), logarithms);
    assertThat(text.count()).isEqualTo(10);
  }
}
