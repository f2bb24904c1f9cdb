package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import org.junit.jupiter.api.Test;

class ContextBulkTest {
  private final JournaledContext context = new JournaledContext();

  @Test
  void aBadItemIsRefusedAloneAndNamed() {
    PreparedBulk bulk =
        context.putAll(
            "{'steps':[{'batchId':'B','name':'Charge','startTime':'2026-01-01T00:00:00Z'},"
                + "{'batchId':'B','name':'Heat','startTime':'2026-01-01T02:00:00Z',"
                + "'endTime':'2026-01-01T01:00:00Z'},"
                + "{'batchId':'B','name':'Cool','startTime':'2026-01-01T03:00:00Z'}],"
                + "'batches':[{'batchId':'B'}]}");
    assertThat(bulk.errors())
        .singleElement()
        .returns("steps[1].endTime", ItemError::where)
        .returns(ErrorCode.END_BEFORE_START, ItemError::code);
    assertThat(bulk.created()).isEqualTo(3);
    assertThat(bulk.stored()).isEqualTo(3);
    assertThat(context.store().stepsOf("B"))
        .extracting(ContextRow::id)
        .containsExactly("B/Phase/Charge/1", "B/Phase/Cool/1");
  }

  @Test
  void laterItemsSeeEarlierOnesWhateverTheOrderOfTheBody() {
    PreparedBulk bulk =
        context.putAll(
            "{'steps':[{'batchId':'B','name':'Heat','stepId':'S2','parentId':'S1'},"
                + "{'batchId':'B','name':'Up','stepId':'S1','level':'UnitProcedure'}],"
                + "'batches':[{'batchId':'B','orderId':'O','unitId':'R1'}],"
                + "'orders':[{'orderId':'O','productId':'P'}],"
                + "'attributes':[{'equipmentId':'R1','name':'T','tag':'t'}],"
                + "'equipment':[{'equipmentId':'R1'}]}");
    assertThat(bulk.errors()).isEmpty();
    assertThat(bulk.created()).isEqualTo(6);
    assertThat(context.store().row(ContextKind.BATCHES, "B").values()).contains("P");
    assertThat(context.store().row(ContextKind.STEPS, "S2").values()).contains("R1");
    assertThat(context.store().attributeTag("R1", "T", 0)).isEqualTo("t");
  }

  @Test
  void anItemThatWasRefusedIsNotSeenByLaterOnes() {
    PreparedBulk bulk =
        context.putAll(
            "{'batches':[{'batchId':'B','quantity':'seven'}],"
                + "'steps':[{'batchId':'B','name':'Heat'}]}");
    assertThat(bulk.errors())
        .extracting(ItemError::where)
        .containsExactly("batches[0].quantity", "steps[0].batchId");
    assertThat(bulk.payloads()).isEmpty();
  }

  @Test
  void theSameObjectTwiceIsTwoVersions() {
    PreparedBulk bulk =
        context.putAll(
            "{'products':[{'productId':'P','name':'a'},{'productId':'P','description':'b'},"
                + "{'productId':'P','name':'a'}]}");
    assertThat(bulk.created()).isEqualTo(1);
    assertThat(bulk.updated()).isEqualTo(1);
    assertThat(bulk.unchanged()).isEqualTo(1);
    assertThat(context.store().row(ContextKind.PRODUCTS, "P").values())
        .containsExactly("P", "a", "b");
    assertThat(context.store().row(ContextKind.PRODUCTS, "P").version()).isEqualTo(2);
  }

  @Test
  void sendingABulkAgainChangesNothing() {
    String bulk =
        "{'equipment':[{'equipmentId':'R1'}],'batches':[{'batchId':'B','unitId':'R1'}],"
            + "'steps':[{'batchId':'B','name':'Heat','startTime':'2026-01-01T00:00:00Z'},"
            + "{'batchId':'B','name':'Heat','startTime':'2026-01-01T01:00:00Z'}],"
            + "'events':[{'eventId':'E','type':'t','startTime':'2026-01-01T00:00:00Z'}]}";
    context.putAll(bulk);
    long generation = context.store().generation();
    PreparedBulk again = context.putAll(bulk);
    assertThat(again.unchanged()).isEqualTo(5);
    assertThat(again.payloads()).isEmpty();
    assertThat(context.store().generation()).isEqualTo(generation);
  }

  @Test
  void fieldsThatAreNoKindAreErrorsBesideTheItems() {
    PreparedBulk bulk =
        context.putAll(
            "{'batch':[{'batchId':'no'}],'products':[{'productId':'P'}],'lots':{'lotId':'no'},"
                + "'products':[{'productId':'no'}],'steps':[7,null,'x',[]]}");
    assertThat(bulk.errors())
        .extracting(ItemError::where)
        .containsExactly(
            "batch", "lots", "products", "steps[0]", "steps[1]", "steps[2]", "steps[3]");
    assertThat(bulk.errors())
        .extracting(ItemError::code)
        .containsExactly(
            ErrorCode.UNKNOWN_FIELD,
            ErrorCode.WRONG_TYPE,
            ErrorCode.MALFORMED,
            ErrorCode.WRONG_TYPE,
            ErrorCode.WRONG_TYPE,
            ErrorCode.WRONG_TYPE,
            ErrorCode.WRONG_TYPE);
    assertThat(bulk.errors().getFirst().message()).contains("nearest=batches");
    assertThat(context.store().rows(ContextKind.PRODUCTS)).hasSize(1);
  }

  @Test
  void itemsWithoutAKeyAreRefusedOneByOne() {
    PreparedBulk bulk = context.putAll("{'products':[{'name':'a'},{'productId':'P'},{}]}");
    assertThat(bulk.errors())
        .extracting(ItemError::where)
        .containsExactly("products[0].productId", "products[2].productId");
    assertThat(bulk.created()).isEqualTo(1);
  }

  @Test
  void tooManyItemsAreRefusedAltogether() {
    String item = "{'productId':'P'},";
    String items = item.repeat(ContextStore.ITEMS_MAX) + "{'productId':'Q'}";
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> context.putAll("{'products':[" + items + "]}"))
        .returns(ErrorCode.TOO_MANY, HistorianException::code)
        .withMessageContaining("itemsMax=100000");
  }

  @Test
  void moreThanARecordHoldsBecomesSeveralRecordsOfWholeRows() {
    StringBuilder items = new StringBuilder();
    String text = "x".repeat(4000);
    for (int i = 0; i < 600; i++) {
      items.append(i == 0 ? "" : ",");
      items.append("{'productId':'P").append(i).append("','name':'").append(text).append("'}");
    }
    PreparedBulk bulk = context.putAll("{'products':[" + items + "]}");
    assertThat(bulk.payloads()).hasSizeGreaterThan(1);
    assertThat(bulk.payloads())
        .allSatisfy(
            payload ->
                assertThat(payload).hasSizeLessThanOrEqualTo(ContextStore.PAYLOAD_BYTES_MAX));
    assertThat(context.replayed().rows(ContextKind.PRODUCTS))
        .hasSize(600)
        .isEqualTo(context.store().rows(ContextKind.PRODUCTS));
  }
}
