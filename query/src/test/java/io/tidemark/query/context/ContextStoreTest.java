package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.context.PreparedChange.Outcome;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ContextStoreTest {
  /** An item of each kind with every field. */
  private static final Map<ContextKind, String> WHOLE =
      Map.of(
          ContextKind.EQUIPMENT,
          "{'equipmentId':'X','parentId':'AREA','level':'Unit','name':'Reactor','description':'d'}",
          ContextKind.ATTRIBUTES,
          "{'attributeId':'R1/Temperature@2','equipmentId':'R1','name':'Temperature','tag':'T 1',"
              + "'uom':'°C','description':'jacket','startTime':'2026-01-01T00:00:00.123456789Z',"
              + "'endTime':'2026-02-01T00:00:00+01:00'}",
          ContextKind.PRODUCTS,
          "{'productId':'X','name':'Tide','description':'d'}",
          ContextKind.ORDERS,
          "{'orderId':'X','productId':'P','quantity':2.5,'quantityUom':'t','plannedStart':"
              + "'2026-01-01T00:00:00Z','plannedEnd':'2026-01-02T00:00:00Z','startTime':"
              + "'2026-01-01T01:00:00Z','endTime':'2026-01-01T02:00:00Z','status':'Running'}",
          ContextKind.LOTS,
          "{'lotId':'X','productId':'P','batchId':'B','quantity':1e-3,'quantityUom':'kg',"
              + "'status':'Released'}",
          ContextKind.BATCHES,
          "{'batchId':'X','orderId':'O','productId':'P','unitId':'R1','recipeId':'R','quantity':7,"
              + "'quantityUom':'kg','status':'Held','startTime':'2026-01-01T00:00:00Z',"
              + "'endTime':'2026-01-01T00:00:00.000000001Z'}",
          ContextKind.STEPS,
          "{'stepId':'X','parentId':'UP','batchId':'B','unitId':'R2','level':'Operation','name':"
              + "'Heat','instance':3,'startTime':'2026-01-01T00:00:00Z','endTime':null}",
          ContextKind.EVENTS,
          "{'eventId':'X','type':'Alarm','unitId':'R1','batchId':'B','reason':'\uD83D\uDD25 hot',"
              + "'severity':'High','startTime':'1969-12-31T23:59:59.999999999Z',"
              + "'endTime':'2026-01-01T00:00:00Z'}",
          ContextKind.DERIVATIONS,
          "{'derivationId':'X','unitId':'R1','batchTag':'R1.BATCH','phaseTag':'R1.PHASE',"
              + "'idleStates':'Idle|Clean','phaseNames':'1=Heat|2=Cool','productId':'P',"
              + "'batchPrefix':'R1-','minimumSeconds':2.5,'active':true}");

  private final JournaledContext context = new JournaledContext();

  private static void assertRefused(Runnable request, ErrorCode code, Consumer<String> message) {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(request::run)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code))
        .satisfies(e -> message.accept(e.path() + ": " + e.messageText()));
  }

  private Object field(ContextKind kind, String id, String column) {
    ContextRow row = context.store().row(kind, id);
    return row.values().get(ContextFields.of(kind).column(column));
  }

  @Test
  void anUpsertCreatesThenUpdatesThenChangesNothing() {
    String tide = "{'name':'Tide'}";
    String ebb = "{'name':'Ebb'}";

    assertThat(context.put(ContextKind.PRODUCTS, "P", tide))
        .returns(Outcome.CREATED, PreparedChange::outcome)
        .returns(1, PreparedChange::version);
    assertThat(context.put(ContextKind.PRODUCTS, "P", ebb))
        .returns(Outcome.UPDATED, PreparedChange::outcome)
        .returns(2, PreparedChange::version);
    assertThat(context.put(ContextKind.PRODUCTS, "P", ebb))
        .returns(Outcome.UNCHANGED, PreparedChange::outcome)
        .returns(2, PreparedChange::version)
        .returns(null, PreparedChange::payload);

    assertThat(context.store().versions(ContextKind.PRODUCTS, "P"))
        .extracting(ContextRow::version)
        .containsExactly(2, 1);
  }

  @Test
  void preparingAloneChangesNothing() {
    context.store().prepare(ContextKind.PRODUCTS, "P", "{}");
    assertThat(context.store().row(ContextKind.PRODUCTS, "P")).isNull();
    assertThat(context.store().generation()).isZero();
    assertThat(context.store().journalSequence()).isEqualTo(-1);
  }

  @Test
  void everyVersionKnowsWhoMadeItAndWhen() {
    context.principal("mes");
    context.put(ContextKind.PRODUCTS, "P", "{'name':'Tide'}");
    context.principal("anna");
    context.put(ContextKind.PRODUCTS, "P", "{'name':'Ebb'}");

    ContextRow first = context.store().rowOfVersion(ContextKind.PRODUCTS, "P", 1);
    ContextRow second = context.store().rowOfVersion(ContextKind.PRODUCTS, "P", 2);
    assertThat(first.values()).containsExactly("P", "Tide", null);
    assertThat(first.changedBy()).isEqualTo("mes");
    assertThat(first.changedAtMicros()).isEqualTo(1_000_000);
    assertThat(second.values()).containsExactly("P", "Ebb", null);
    assertThat(second.changedBy()).isEqualTo("anna");
    assertThat(second.changedAtMicros()).isEqualTo(2_000_000);
    assertThat(context.store().rowOfVersion(ContextKind.PRODUCTS, "P", 0)).isNull();
    assertThat(context.store().rowOfVersion(ContextKind.PRODUCTS, "P", 3)).isNull();
  }

  @Test
  void anAbsentFieldKeepsItsValueAndNullClearsIt() {
    context.put(ContextKind.PRODUCTS, "P", "{'name':'Tide','description':'salt'}");
    context.put(ContextKind.PRODUCTS, "P", "{'name':'Ebb'}");
    assertThat(field(ContextKind.PRODUCTS, "P", "description")).isEqualTo("salt");
    context.put(ContextKind.PRODUCTS, "P", "{'description':null}");
    assertThat(context.store().row(ContextKind.PRODUCTS, "P").values())
        .containsExactly("P", "Ebb", null);
  }

  @Test
  void aRecordIsAppliedOnce() {
    PreparedChange change = context.store().prepare(ContextKind.PRODUCTS, "P", "{}");
    context.store().apply(change.payload(), "mes", 1, 7);
    PreparedChange later =
        context.store().prepare(ContextKind.PRODUCTS, "P", "{\"name\":\"late\"}");
    context.store().apply(later.payload(), "mes", 2, 7);
    context.store().apply(later.payload(), "mes", 2, 6);
    assertThat(context.store().versions(ContextKind.PRODUCTS, "P")).hasSize(1);
    assertThat(context.store().journalSequence()).isEqualTo(7);
  }

  @ParameterizedTest
  @EnumSource(ContextKind.class)
  void everyKindComesBackFromTheJournalAsItWas(ContextKind kind) {
    context.put(ContextKind.EQUIPMENT, "R1", "{}");
    context.put(ContextKind.BATCHES, "B", "{}");
    String id = kind == ContextKind.ATTRIBUTES ? "R1/Temperature@2" : "X";
    context.put(kind, id, WHOLE.get(kind));

    ContextRow row = context.store().row(kind, id);
    int missing = kind == ContextKind.STEPS ? 1 : 0; // a step that runs: the only null above
    assertThat(row.values()).filteredOn(value -> value == null).hasSize(missing);
    ContextStore replayed = context.replayed();
    for (ContextKind each : ContextKind.values()) {
      assertThat(replayed.rows(each)).isEqualTo(context.store().rows(each));
    }
    assertThat(replayed.generation()).isEqualTo(context.store().generation());
  }

  @ParameterizedTest
  @EnumSource(ContextKind.class)
  void whatIsShownCanBeSentBackAndChangesNothing(ContextKind kind) {
    context.put(ContextKind.EQUIPMENT, "R1", "{}");
    context.put(ContextKind.BATCHES, "B", "{}");
    String id = kind == ContextKind.ATTRIBUTES ? "R1/Temperature@2" : "X";
    context.put(kind, id, WHOLE.get(kind));

    String shown = ContextJson.toJson(context.store().row(kind, id));
    assertThat(shown)
        .endsWith(",\"version\":1,\"changedBy\":\"mes\",\"changedAt\":\"1970-01-01T00:00:03Z\"}");
    String body = shown.substring(0, shown.indexOf(",\"version\"")) + "}";
    assertThat(context.put(kind, id, body).outcome()).isEqualTo(Outcome.UNCHANGED);
  }

  @Test
  void theIdOfTheBodyMustBeThatOfThePath() {
    assertRefused(
        () -> context.put(ContextKind.PRODUCTS, "P", "{'productId':'Q'}"),
        ErrorCode.CONFLICT,
        text -> assertThat(text).startsWith("productId: ").contains("\"Q\"").contains("\"P\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "BATCHES  | {'statuss':'x'}          | UNKNOWN_FIELD | statuss   | nearest=status",
        "BATCHES  | {'unit_id':'x'}          | UNKNOWN_FIELD | unit_id   | nearest=unitId",
        "BATCHES  | {'BATCHID':'x'}          | UNKNOWN_FIELD | BATCHID   | nearest=batchId",
        "BATCHES  | {'zzzzzzzzzz':1}         | UNKNOWN_FIELD | zzzzzzzzzz | known=batchId|orderId",
        "BATCHES  | {'version':1}            | UNKNOWN_FIELD | version   | set by the server",
        "BATCHES  | {'status':1}             | WRONG_TYPE    | status    | expected=a string",
        "BATCHES  | {'status':{'a':[1]}}     | WRONG_TYPE    | status    | found=an object",
        "BATCHES  | {'quantity':'7'}         | WRONG_TYPE    | quantity  | expected=a number",
        "BATCHES  | {'quantity':true}        | WRONG_TYPE    | quantity  | found=a boolean",
        "BATCHES  | {'quantity':NaN}         | NOT_FINITE    | quantity  | NaN",
        "BATCHES  | {'quantity':1e400}       | NOT_FINITE    | quantity  | 1e400",
        "BATCHES  | {'quantity':{}}          | MISSING_FIELD | quantity  | value",
        "BATCHES  | {'quantity':{'value':'x'}} | WRONG_TYPE  | quantity.value | a number",
        "BATCHES  | {'quantity':{'unit':'kg'}} | UNKNOWN_FIELD | quantity.unit | nearest=uom",
        "BATCHES  | {'startTime':1767225600} | WRONG_TYPE    | startTime | ISO-8601",
        "BATCHES  | {'startTime':'soon'}     | BAD_TIME      | startTime | soon",
        "BATCHES  | {'startTime':'2026-01-01T00:00:00'} | BAD_TIME | startTime | offset",
        "BATCHES  | {'endTime':'9999-12-31T00:00:00Z'} | TIME_OUT_OF_RANGE | endTime | 2262",
        "BATCHES  | {'status':'a','status':'b'} | MALFORMED  | status    | twice",
        "BATCHES  | {'unitId':' '}           | BAD_NAME      | unitId    | blank",
        "BATCHES  | {'unitId':'R1 '}         | BAD_NAME      | unitId    | blank",
        "BATCHES  | {'status':'a\\u0007b'}   | BAD_NAME      | status    | U+0007",
        "BATCHES  | {'status':'a\\ud800'}    | BAD_NAME      | status    | surrogate",
        "STEPS    | {'batchId':'B','name':'H','instance':0}   | OUT_OF_RANGE | instance | min=1",
        "STEPS    | {'batchId':'B','name':'H','instance':1.5} | WRONG_TYPE | instance | whole",
        "STEPS    | {'batchId':'B','name':'H','instance':99999999999999999999} | OUT_OF_RANGE"
            + " | instance | max=2147483647",
        "STEPS    | {'batchId':'B','name':'H','level':'Task'} | OUT_OF_RANGE | level | Phase",
        "STEPS    | {'batchId':'NONE','name':'H'} | UNKNOWN_ID | batchId | NONE",
        "STEPS    | {'name':'H'}             | MISSING_FIELD | batchId   | batchId",
        "STEPS    | {'batchId':'B'}          | MISSING_FIELD | name      | name",
        "EVENTS   | {'type':'x'}             | MISSING_FIELD | startTime | startTime",
        "DERIVATIONS | {'unitId':'R1'}       | MISSING_FIELD | batchTag  | phaseTag",
        "DERIVATIONS | {'batchTag':'T'}      | MISSING_FIELD | unitId    | unitId",
        "DERIVATIONS | {'unitId':'R1','phaseTag':'T','phaseNames':'Heat'} | MALFORMED"
            + " | phaseNames | 1=Heat",
        "DERIVATIONS | {'unitId':'R1','phaseTag':'T','minimumSeconds':-1} | OUT_OF_RANGE"
            + " | minimumSeconds | min=0",
        "DERIVATIONS | {'unitId':'R1','phaseTag':'T','batchPrefix':' R'} | BAD_NAME"
            + " | batchPrefix | charactersMax=64",
        "DERIVATIONS | {'unitId':'R1','batchTag':'T','active':'no'} | WRONG_TYPE"
            + " | active | true or false",
        "ATTRIBUTES | {'equipmentId':'R9','name':'T','tag':'t'} | CONFLICT | attributeId | R9/T",
      })
  void aBadFieldIsNamed(
      ContextKind kind, String json, ErrorCode code, String path, String mentioned) {
    context.put(ContextKind.BATCHES, "B", "{}");
    assertRefused(
        () -> context.put(kind, "X", json),
        code,
        text -> assertThat(text).startsWith(path + ": ").contains(mentioned));
    assertThat(context.store().row(kind, "X")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'name':          | line=1, column=",
        "[]                | an array",
        "7                 | a number",
        "`\n{'name'}`      | line=2, column=",
        "{} {}             | line=1, column=4",
        "{'name':'a'} tail | line=1, column=",
      })
  void aBodyThatIsNoObjectHasItsPlaceNamed(String json, String mentioned) {
    assertRefused(
        () -> context.put(ContextKind.PRODUCTS, "P", json),
        ErrorCode.MALFORMED,
        text -> assertThat(text).contains(mentioned));
  }

  @Test
  void deepNestingIsRefusedAndDoesNotOverflow() {
    assertRefused(
        () -> context.put(ContextKind.PRODUCTS, "P", "{'x':" + "[".repeat(100_000)),
        ErrorCode.MALFORMED,
        text -> assertThat(text).contains("depth"));
  }

  @Test
  void anIdMayBeLongButNotTooLong() {
    context.put(ContextKind.PRODUCTS, "p".repeat(128), "{}");
    assertRefused(
        () -> context.put(ContextKind.PRODUCTS, "p".repeat(129), "{}"),
        ErrorCode.TOO_LONG,
        text -> assertThat(text).contains("characters=129").contains("charactersMax=128"));
  }

  @Test
  void anEndBeforeTheStartIsRefusedWhereverTheStartWasGiven() {
    context.put(ContextKind.BATCHES, "B", "{'startTime':'2026-01-01T10:00:00Z'}");
    assertRefused(
        () -> context.put(ContextKind.BATCHES, "B", "{'endTime':'2026-01-01T09:00:00Z'}"),
        ErrorCode.END_BEFORE_START,
        text ->
            assertThat(text)
                .startsWith("endTime: ")
                .contains("startTime=2026-01-01T10:00:00Z", "endTime=2026-01-01T09:00:00Z"));
    context.put(ContextKind.BATCHES, "B", "{'endTime':'2026-01-01T10:00:00Z'}");
    assertRefused(
        () -> context.put(ContextKind.BATCHES, "B", "{'startTime':'2026-01-01T11:00:00Z'}"),
        ErrorCode.END_BEFORE_START,
        text -> assertThat(text).startsWith("startTime: "));
    assertRefused(
        () ->
            context.put(
                ContextKind.ORDERS,
                "O",
                "{'plannedStart':'2026-01-02T00:00:00Z','plannedEnd':'2026-01-01T00:00:00Z'}"),
        ErrorCode.END_BEFORE_START,
        text -> assertThat(text).startsWith("plannedEnd: "));
  }

  @Test
  void clearingAQuantityClearsItsUnit() {
    context.put(ContextKind.LOTS, "L", "{'quantity':{'value':500,'uom':'kg'}}");
    assertThat(field(ContextKind.LOTS, "L", "quantity")).isEqualTo(500.0);
    assertThat(field(ContextKind.LOTS, "L", "quantity_uom")).isEqualTo("kg");
    context.put(ContextKind.LOTS, "L", "{'quantity':null}");
    assertThat(field(ContextKind.LOTS, "L", "quantity")).isNull();
    assertThat(field(ContextKind.LOTS, "L", "quantity_uom")).isNull();
  }

  @Test
  void minusZeroIsZero() {
    context.put(ContextKind.LOTS, "L", "{'quantity':0}");
    assertThat(context.put(ContextKind.LOTS, "L", "{'quantity':-0.0}").outcome())
        .isEqualTo(Outcome.UNCHANGED);
  }

  @Test
  void aBatchTakesTheProductOfItsOrderOnceItIsKnown() {
    context.put(ContextKind.BATCHES, "B", "{'orderId':'O'}");
    assertThat(field(ContextKind.BATCHES, "B", "product_id")).isNull();
    context.put(ContextKind.ORDERS, "O", "{'productId':'P'}");
    context.put(ContextKind.BATCHES, "B", "{'status':'Running'}");
    assertThat(field(ContextKind.BATCHES, "B", "product_id")).isEqualTo("P");
  }

  @Test
  void equipmentIsNoAncestorOfItself() {
    context.put(ContextKind.EQUIPMENT, "A", "{'parentId':'B'}");
    context.put(ContextKind.EQUIPMENT, "B", "{'parentId':'C'}");
    assertRefused(
        () -> context.put(ContextKind.EQUIPMENT, "C", "{'parentId':'A'}"),
        ErrorCode.CONFLICT,
        text -> assertThat(text).startsWith("parentId: ").contains("its own ancestor"));
    assertRefused(
        () -> context.put(ContextKind.EQUIPMENT, "A", "{'parentId':'A'}"),
        ErrorCode.CONFLICT,
        text -> assertThat(text).contains("its own ancestor"));
  }

  @Test
  void nestingHasALimit() {
    for (int i = 1; i <= ContextPlan.PARENTS_MAX; i++) {
      context.put(ContextKind.EQUIPMENT, "E" + i, "{'parentId':'E" + (i - 1) + "'}");
    }
    int last = ContextPlan.PARENTS_MAX;
    assertRefused(
        () -> context.put(ContextKind.EQUIPMENT, "deep", "{'parentId':'E" + last + "'}"),
        ErrorCode.CONFLICT,
        text -> assertThat(text).contains("levelsMax=64"));
  }

  @Test
  void aPropertyIsBoundToTheTagThatCountsAtThatTime() {
    context.putAll(
        "{'equipment':[{'equipmentId':'R1'}],'attributes':["
            + "{'equipmentId':'R1','name':'T','tag':'old'},"
            + "{'attributeId':'R1/T@2','equipmentId':'R1','name':'T','tag':'new',"
            + "'startTime':'1970-01-01T00:00:10Z','endTime':'1970-01-01T00:00:20Z'}]}");
    ContextStore store = context.store();
    assertThat(store.attributeTag("R1", "T", 9_999_999_999L)).isEqualTo("old");
    assertThat(store.attributeTag("R1", "T", 10_000_000_000L)).isEqualTo("new");
    assertThat(store.attributeTag("R1", "T", 20_000_000_000L)).isEqualTo("old");
    assertThat(store.attributeTag("R1", "P", 0)).isNull();
    assertThat(store.attributeTag("R2", "T", 0)).isNull();
  }

  @Test
  void batchesAreFoundByUnitAndTimeAsTheyAreNow() {
    context.put(ContextKind.BATCHES, "B1", "{'unitId':'R1','startTime':'1970-01-01T00:00:10Z'}");
    context.put(
        ContextKind.BATCHES,
        "B2",
        "{'unitId':'R2','startTime':'1970-01-01T00:00:05Z','endTime':'1970-01-01T00:00:06Z'}");
    context.put(ContextKind.BATCHES, "planned", "{'unitId':'R1'}");
    assertThat(idsOverlapping(null, 0, 11)).containsExactly("B2", "B1");
    assertThat(idsOverlapping("R1", 0, 11)).containsExactly("B1");
    assertThat(idsOverlapping("R1", 0, 10)).isEmpty();
    assertThat(idsOverlapping(null, 1000, 1001)).containsExactly("B1");

    context.put(ContextKind.BATCHES, "B1", "{'unitId':'R2','endTime':'1970-01-01T00:00:20Z'}");
    assertThat(idsOverlapping("R1", 0, 1000)).isEmpty();
    assertThat(idsOverlapping("R2", 19, 1000)).containsExactly("B1");
    assertThat(idsOverlapping("R2", 20, 1000)).isEmpty();
    assertRefused(
        () -> idsOverlapping(null, 5, 5),
        ErrorCode.EMPTY_RANGE,
        text -> assertThat(text).contains("1970-01-01T00:00:05Z"));
  }

  private List<String> idsOverlapping(String unitId, long startSecond, long endSecond) {
    long second = 1_000_000_000L;
    return context
        .store()
        .batchesOverlapping(unitId, startSecond * second, endSecond * second)
        .stream()
        .map(ContextRow::id)
        .toList();
  }

  @Test
  void readersSeeOnlyWhatChangedSinceTheyLooked() {
    context.putAll("{'products':[{'productId':'P1'},{'productId':'P2'}]}");
    long seen = context.store().generation();
    context.put(ContextKind.PRODUCTS, "P1", "{'name':'Tide'}");
    context.put(ContextKind.PRODUCTS, "P3", "{}");
    assertThat(context.store().changedSince(ContextKind.PRODUCTS, seen))
        .extracting(ContextRow::id)
        .containsExactly("P1", "P3");
    assertThat(context.store().rows(ContextKind.PRODUCTS))
        .extracting(ContextRow::id)
        .containsExactly("P2", "P1", "P3");
  }

  @Test
  void followersSeeEveryVersionInTheOrderOfTheChanges() {
    context.putAll("{'products':[{'productId':'P1'},{'productId':'P2'}]}");
    long seen = context.store().generation();
    context.put(ContextKind.PRODUCTS, "P1", "{'name':'Tide'}");
    context.put(ContextKind.LOTS, "L", "{}");
    context.put(ContextKind.PRODUCTS, "P2", "{'name':'Ebb'}");
    context.put(ContextKind.PRODUCTS, "P1", "{'name':'Flood'}");
    assertThat(context.store().versionsSince(ContextKind.PRODUCTS, seen))
        .extracting(row -> row.id() + row.version())
        .containsExactly("P12", "P22", "P13");
    assertThat(context.store().versionsSince(ContextKind.PRODUCTS, 0)).hasSize(5);
    assertThat(context.store().versionsSince(ContextKind.PRODUCTS, context.store().generation()))
        .isEmpty();
  }

  @Test
  void anObjectIsReadAsAJournalRecordLeftIt() {
    ContextStore store = context.store();
    context.put(ContextKind.LOTS, "before", "{}"); // sequence 0
    context.put(ContextKind.PRODUCTS, "P", "{'name':'Tide'}"); // 1
    context.put(ContextKind.LOTS, "between", "{}"); // 2
    context.putAll(
        "{'products':[{'productId':'P','name':'Ebb'},{'productId':'P','name':'Flood'}]}"); // 3
    assertThat(store.row(ContextKind.PRODUCTS, "P", 0)).isNull();
    assertThat(store.row(ContextKind.PRODUCTS, "P", 1))
        .returns(1, ContextRow::version)
        .returns(1L, ContextRow::journalSequence);
    assertThat(store.row(ContextKind.PRODUCTS, "P", 2)).returns(1, ContextRow::version);
    assertThat(store.row(ContextKind.PRODUCTS, "P", 3))
        .returns(3, ContextRow::version)
        .returns(3L, ContextRow::journalSequence);
    assertThat(store.row(ContextKind.PRODUCTS, "P", Long.MAX_VALUE))
        .isEqualTo(store.row(ContextKind.PRODUCTS, "P"));
    assertThat(store.row(ContextKind.PRODUCTS, "Q", 3)).isNull();
    assertThat(store.versions(ContextKind.PRODUCTS, "P", 2))
        .extracting(ContextRow::version)
        .containsExactly(1);
  }
}
