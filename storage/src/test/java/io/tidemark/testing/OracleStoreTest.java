package io.tidemark.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OracleStoreTest {
  private final OracleStore store = new OracleStore();

  private static List<Double> values(
      ReadView view, TagDefinition tag, Direction direction, VersionMode mode) {
    QueryContext context = QueryContexts.permissive(view, 0, ZoneOffset.UTC, mode);
    List<Double> values = new ArrayList<>();
    SampleBlock block = new SampleBlock();
    try (SampleCursor samples = view.scan(context, tag.id(), new TimeRange(0, 100), direction)) {
      while (samples.next(block) > 0) {
        for (int i = 0; i < block.count(); i++) {
          values.add(block.number(i));
        }
      }
    }
    return values;
  }

  @Test
  void showsTheLastWrittenOfEachTimeAsOfTheView() {
    TagDefinition tag = store.defineAnalog("A");
    store.write(tag, 2, 2.0, 0);
    store.write("A", 1, 1.0, 0);
    ReadView early = store.view();
    store.write(tag, 2, 2.5, 0);
    store.write(tag, 2, 2.5, 0);
    assertThat(values(early, tag, Direction.FORWARD, VersionMode.LATEST)).containsExactly(1.0, 2.0);
    assertThat(values(store.view(), tag, Direction.FORWARD, VersionMode.LATEST))
        .containsExactly(1.0, 2.5);
    assertThat(values(store.view(), tag, Direction.BACKWARD, VersionMode.ALL))
        .containsExactly(2.5, 2.0, 1.0);
    assertThat(store.repeats()).isEqualTo(1);
    SampleBlock block = new SampleBlock();
    QueryContext context = QueryContexts.permissive(early, 0, ZoneOffset.UTC);
    assertThat(early.current(context, tag.id(), 1, block)).isEqualTo(1);
    assertThat(block.doubles()[0]).isEqualTo(1.0);
    assertThat(early.current(context, tag.id(), 0, block)).isZero();
  }

  @Test
  void blocksNeverMixTypes() {
    TagDefinition text = store.define("A", SampleType.STRING, true, "");
    store.write(text, 1, "x", 0);
    TagDefinition number = store.define("A", SampleType.FLOAT64, true, "");
    store.write(number, 2, 2.0, 0);
    assertThat(number.id()).isEqualTo(text.id());
    assertThat(values(store.view(), number, Direction.FORWARD, VersionMode.LATEST))
        .containsExactly(Double.NaN, 2.0);
  }

  @Test
  void namesMatchWithWildcards() {
    for (String name : new String[] {"R1.B", "R1.A", "R2.A", "R1xA"}) {
      store.define(name, SampleType.INT64, false, "");
    }
    assertThat(store.view().tags().match("R1.*"))
        .extracting(TagDefinition::name)
        .containsExactly("R1.A", "R1.B");
    assertThat(store.view().tags().match("R?.A")).hasSize(2);
    assertThat(store.view().tags().match("R1.A")).hasSize(1);
    assertThat(store.view().tags().match("r1.A")).isEmpty();
  }
}
