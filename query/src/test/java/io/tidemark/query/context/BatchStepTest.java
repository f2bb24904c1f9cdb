package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.HistorianException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which step an item without a key means. */
class BatchStepTest {
  private final JournaledContext context = new JournaledContext();

  @BeforeEach
  void startBatch() {
    context.put(
        ContextKind.BATCHES,
        "B",
        "{'unitId':'R1','startTime':'1970-01-01T00:00:00Z','endTime':'1970-01-01T00:01:00Z'}");
  }

  private PreparedBulk step(String fields) {
    return context.putAll("{'steps':[{'batchId':'B'," + fields + "}]}");
  }

  private List<String> ids() {
    return context.store().stepsOf("B").stream().map(ContextRow::id).toList();
  }

  private ContextRow row(String id) {
    return context.store().row(ContextKind.STEPS, id);
  }

  private static Object field(ContextRow row, String column) {
    return row.values().get(ContextFields.of(ContextKind.STEPS).column(column));
  }

  @Test
  void aStepTakesLevelUnitAndInstanceByDefault() {
    step("'name':'Heat'");
    ContextRow heat = row("B/Phase/Heat/1");
    assertThat(field(heat, "level")).isEqualTo("Phase");
    assertThat(field(heat, "unit_id")).isEqualTo("R1");
    assertThat(field(heat, "instance")).isEqualTo(1L);
  }

  @Test
  void anotherStartIsAnotherInstanceAndTheSameStartIsTheSameStep() {
    step("'name':'Heat','startTime':'1970-01-01T00:00:10Z'");
    step("'name':'Heat','startTime':'1970-01-01T00:00:30Z'");
    assertThat(ids()).containsExactly("B/Phase/Heat/1", "B/Phase/Heat/2");

    PreparedBulk ended =
        step("'name':'Heat','startTime':'1970-01-01T00:00:10Z','endTime':'1970-01-01T00:00:20Z'");
    assertThat(ended.updated()).isEqualTo(1);
    assertThat(field(row("B/Phase/Heat/1"), "end_time")).isEqualTo(20_000_000_000L);
    assertThat(ids()).hasSize(2);
  }

  @Test
  void aPlannedStepIsTheOneThatBegins() {
    step("'name':'Heat'");
    step("'name':'Heat','startTime':'1970-01-01T00:00:10Z'");
    assertThat(ids()).containsExactly("B/Phase/Heat/1");
    assertThat(row("B/Phase/Heat/1").version()).isEqualTo(2);
  }

  @Test
  void parallelStepsOnTwoUnitsAreTwo() {
    step("'name':'Heat','unitId':'R1','startTime':'1970-01-01T00:00:10Z'");
    step("'name':'Heat','unitId':'R2','startTime':'1970-01-01T00:00:10Z'");
    assertThat(ids()).containsExactly("B/Phase/Heat/1", "B/Phase/Heat/2");
  }

  @Test
  void aStartIsCorrectedByNamingTheInstance() {
    step("'name':'Heat','startTime':'1970-01-01T00:00:10Z'");
    step("'name':'Heat','instance':1,'startTime':'1970-01-01T00:00:11Z'");
    assertThat(ids()).containsExactly("B/Phase/Heat/1");
    assertThat(field(row("B/Phase/Heat/1"), "start_time")).isEqualTo(11_000_000_000L);
  }

  @Test
  void withoutStartOrInstanceTheNameMustBeUnique() {
    step("'name':'Heat','startTime':'1970-01-01T00:00:10Z'");
    step("'name':'Heat','startTime':'1970-01-01T00:00:30Z'");
    PreparedBulk refused = step("'name':'Heat','endTime':'1970-01-01T00:00:40Z'");
    assertThat(refused.errors())
        .singleElement()
        .satisfies(e -> assertThat(e.where()).isEqualTo("steps[0].name"))
        .satisfies(e -> assertThat(e.message()).contains("not unique", "steps=2"));
  }

  @Test
  void aKeyInOurOwnFormGivesTheInstance() {
    context.put(ContextKind.STEPS, "B/Phase/Heat/7", "{'batchId':'B','name':'Heat'}");
    assertThat(field(row("B/Phase/Heat/7"), "instance")).isEqualTo(7L);
    step("'name':'Heat','startTime':'1970-01-01T00:00:10Z'");
    assertThat(ids()).containsExactly("B/Phase/Heat/7");
  }

  @Test
  void aKeyThatAnotherStepHasIsNotTaken() {
    context.put(ContextKind.STEPS, "B/Phase/Heat/1", "{'batchId':'B','name':'Cool'}");
    assertThat(step("'name':'Heat'").errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("belongs to another step", "stepId"));
  }

  @Test
  void aStepMayLeaveItsBatchAndThatIsSaid() {
    PreparedBulk bulk =
        step("'name':'Heat','startTime':'1969-12-31T23:59:59Z','endTime':'1970-01-01T00:01:01Z'");
    assertThat(bulk.created()).isEqualTo(1);
    assertThat(bulk.warnings())
        .containsExactly(
            "steps[0]: starts before its batch: startTime=1969-12-31T23:59:59Z,"
                + " outer=1970-01-01T00:00:00Z",
            "steps[0]: ends after its batch: endTime=1970-01-01T00:01:01Z,"
                + " outer=1970-01-01T00:01:00Z");
  }

  @Test
  void stepsOfABatchComeByStartThoseWithoutAtTheEnd() {
    step("'name':'Later','startTime':'1970-01-01T00:00:30Z'");
    step("'name':'Planned'");
    step("'name':'First','startTime':'1970-01-01T00:00:10Z'");
    assertThat(ids()).containsExactly("B/Phase/First/1", "B/Phase/Later/1", "B/Phase/Planned/1");
  }

  @Test
  void aStepThatMovesToAnotherBatchIsFoundThereOnly() {
    context.put(ContextKind.BATCHES, "C", "{}");
    context.put(ContextKind.STEPS, "S", "{'batchId':'B','name':'Heat'}");
    context.put(ContextKind.STEPS, "S", "{'batchId':'C'}");
    assertThat(context.store().stepsOf("B")).isEmpty();
    assertThat(context.store().stepsOf("C")).extracting(ContextRow::id).containsExactly("S");
  }

  @Test
  void aStepsBatchMustExist() {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> context.put(ContextKind.STEPS, "S", "{'batchId':'Z','name':'Heat'}"))
        .withMessageContaining("no such batch: batchId=\"Z\"");
  }
}
