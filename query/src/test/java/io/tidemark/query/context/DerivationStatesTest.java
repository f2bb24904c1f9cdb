package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What samples of each type say of batches and phases. */
class DerivationStatesTest {
  private static final int UNCERTAIN = 0x40000000;

  private final JournaledContext context = new JournaledContext();

  private Derivation derivation(String fields) {
    context.put(
        ContextKind.DERIVATIONS,
        "D",
        "{'unitId':'R1','batchTag':'B','phaseTag':'P'" + fields + "}");
    return Derivation.of(context.store().row(ContextKind.DERIVATIONS, "D"));
  }

  private static TagDefinition tag(SampleType type) {
    List<String> states = type == SampleType.DIGITAL ? List.of("Idle", "Heat") : List.of();
    return new TagDefinition(
        1,
        new UUID(0, 1),
        "T",
        type,
        "",
        "",
        true,
        Double.NaN,
        Double.NaN,
        states,
        DuplicateRule.REPLACE,
        false,
        1,
        "mes",
        0);
  }

  private static SampleBlock sample(SampleType type, Consumer<SampleBlock> value) {
    SampleBlock block = new SampleBlock();
    block.reset(type);
    value.accept(block);
    return block;
  }

  private static SampleBlock text(String value, int status) {
    return sample(SampleType.STRING, block -> block.appendText(1, value, status));
  }

  private static SampleBlock whole(SampleType type, long value) {
    return sample(type, block -> block.appendLong(1, value, true, StatusCodes.GOOD));
  }

  private static SampleBlock number(double value) {
    return sample(
        SampleType.FLOAT64, block -> block.appendDouble(1, value, true, StatusCodes.GOOD));
  }

  private static String batch(Derivation derivation, SampleBlock block) {
    return derivation.batchOf(tag(block.type()), block, 0);
  }

  private static String phase(Derivation derivation, SampleBlock block) {
    return derivation.phaseOf(tag(block.type()), block, 0);
  }

  @Test
  void aTextOrWholeNumberIsTheIdOfTheBatch() {
    Derivation plain = derivation("");
    assertThat(batch(plain, text(" B-1 ", StatusCodes.GOOD))).isEqualTo("B-1");
    assertThat(batch(plain, text("B-1", UNCERTAIN))).isEqualTo("B-1");
    assertThat(batch(plain, whole(SampleType.INT64, 4711))).isEqualTo("4711");
    assertThat(batch(plain, whole(SampleType.INT32, 7))).isEqualTo("7");
    assertThat(batch(plain, number(4711.0))).isEqualTo("4711");
    Derivation prefixed = derivation(",'batchPrefix':'R1/','idleStates':'0| none '");
    assertThat(batch(prefixed, text("B-1", StatusCodes.GOOD))).isEqualTo("R1/B-1");
    assertThat(batch(prefixed, whole(SampleType.INT64, 4711))).isEqualTo("R1/4711");
    assertThat(batch(prefixed, whole(SampleType.INT64, 0))).isNull();
    assertThat(batch(prefixed, text("none", StatusCodes.GOOD))).isNull();
  }

  @Test
  void whatCanBeNoIdSaysNothing() {
    Derivation plain = derivation("");
    assertThat(batch(plain, text("", StatusCodes.GOOD))).isNull();
    assertThat(batch(plain, text("  ", StatusCodes.GOOD))).isNull();
    assertThat(batch(plain, text(null, StatusCodes.GOOD))).isNull();
    assertThat(batch(plain, text("B-1", StatusCodes.BAD_SENSOR_FAILURE))).isNull();
    assertThat(batch(plain, text("b".repeat(129), StatusCodes.GOOD))).isNull();
    assertThat(batch(plain, text("a\nb", StatusCodes.GOOD))).isNull();
    assertThat(batch(plain, number(47.5))).isNull();
    assertThat(batch(plain, number(Double.NaN))).isNull();
    assertThat(batch(plain, number(Double.POSITIVE_INFINITY))).isNull();
    assertThat(phase(plain, text("p".repeat(129), StatusCodes.GOOD))).isNull();
  }

  @Test
  void aTruthValueOrStateSaysThatThereIsABatch() {
    Derivation idle = derivation(",'idleStates':'Idle'");
    assertThat(batch(idle, whole(SampleType.BOOL, 1))).isEqualTo(Derivation.SOME_BATCH);
    assertThat(batch(idle, whole(SampleType.BOOL, 0))).isNull();
    assertThat(batch(idle, whole(SampleType.DIGITAL, 1))).isEqualTo(Derivation.SOME_BATCH);
    assertThat(batch(idle, whole(SampleType.DIGITAL, 0))).isNull();
    assertThat(idle.batchIdAt(1_500_000_000L)).isEqualTo("R1-1970-01-01T00:00:01.500Z");
  }

  @Test
  void aPhaseIsNamedAsItsStateUnlessTheListHasAnotherName() {
    Derivation names =
        derivation(",'phaseNames':'1=Heat|a=b=Cool| Rührt = Stir ','idleStates':'9'");
    assertThat(phase(names, whole(SampleType.INT64, 1))).isEqualTo("Heat");
    assertThat(phase(names, whole(SampleType.INT64, 2))).isEqualTo("2");
    assertThat(phase(names, whole(SampleType.INT64, 9))).isNull();
    assertThat(phase(names, text("a=b", StatusCodes.GOOD))).isEqualTo("Cool");
    assertThat(phase(names, text("Rührt", StatusCodes.GOOD))).isEqualTo("Stir");
    assertThat(phase(names, whole(SampleType.DIGITAL, 1))).isEqualTo("Heat");
  }

  @Test
  void thereAreOnlySoManyDerivations() {
    int countMax = ContextPlan.DERIVATIONS_MAX;
    StringBuilder body = new StringBuilder("{'derivations':[");
    for (int i = 0; i <= countMax; i++) {
      body.append(i == 0 ? "" : ",");
      body.append("{'derivationId':'D").append(i).append("','unitId':'R1','batchTag':'B'}");
    }
    PreparedBulk bulk = context.putAll(body + "]}");
    assertThat(bulk.created()).isEqualTo(countMax);
    assertThat(bulk.errors())
        .singleElement()
        .satisfies(error -> assertThat(error.where()).isEqualTo("derivations[2000].derivationId"))
        .satisfies(error -> assertThat(error.code()).isEqualTo(ErrorCode.TOO_MANY));
    assertThat(context.put(ContextKind.DERIVATIONS, "D7", "{'active':false}").version())
        .isEqualTo(2);
  }
}
