package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many items go to a server in requests of bounded length, whatever the server says. */
class BulkSenderTest {
  private static final String BUSY = "{\"code\":\"BACK_PRESSURED\",\"message\":\"busy\"}";

  private ScriptedServer server;
  private RowReport report;
  private BulkSender sender;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer();
    report = new RowReport(null);
    sender = new BulkSender(new ServerClient(server.address()), "/write", "samples", report);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void send(int count, int chars) {
    for (int i = 0; i < count; i++) {
      String number = Integer.toString(i);
      sender.add('"' + number + "x".repeat(chars - 2 - number.length()) + '"', "A", i + 2L);
    }
    sender.flush();
  }

  private String reported() {
    StringWriter out = new StringWriter();
    report.print(new PrintWriter(out, true));
    return out.toString();
  }

  @Test
  void aBusyServerIsAskedAgainWithTheSameRequest() {
    server.then(429, BUSY).then(503, BUSY);
    send(3, 10);
    assertThat(server.bodies()).hasSize(3).allMatch(server.bodies().getFirst()::equals);
    assertThat(sender.stored()).isEqualTo(3);
  }

  @Test
  void aServerThatStaysBusyIsGivenUp() {
    for (int i = 0; i < 60; i++) {
      server.then(429, BUSY);
    }
    assertThatThrownBy(() -> send(1, 10))
        .isInstanceOf(HistorianException.class)
        .extracting(e -> ((HistorianException) e).code())
        .isEqualTo(ErrorCode.BACK_PRESSURED);
  }

  @Test
  void requestsGrowWhileTheServerKeepsUpAndShrinkWhenItIsBusy() {
    server.then(204, "").then(204, "").then(429, BUSY).then(429, BUSY);
    send(700, 2000);
    List<Integer> lengths = new ArrayList<>();
    server.bodies().stream().distinct().forEach(body -> lengths.add(body.length()));
    assertThat(lengths.get(0)).isBetween(128 << 10, 140_000);
    assertThat(lengths.get(1)).isGreaterThan(lengths.get(0));
    assertThat(lengths.get(2)).isGreaterThan(lengths.get(1));
    assertThat(lengths.get(3)).isLessThan(lengths.get(2));
    assertThat(sender.stored()).isEqualTo(700);
  }

  @Test
  void aRequestHoldsAThousandItemsAndAMegabyteAtMost() {
    send(2500, 8);
    assertThat(server.bodies()).hasSize(3);
    send(300, 100_000);
    assertThat(server.bodies()).allMatch(body -> body.length() < (1 << 20) + 101_000);
    assertThat(sender.stored()).isEqualTo(2800);
  }

  @Test
  void aBodyThatIsTooLargeIsSplit() {
    server.bodiesUpTo(300);
    send(50, 20);
    List<String> taken = new ArrayList<>();
    for (String body : server.bodies()) {
      if (body.length() <= 300) {
        for (String item :
            body.substring("{\"samples\":[".length(), body.length() - 2).split(",")) {
          taken.add(item.replaceAll("\\D", ""));
        }
      }
    }
    assertThat(taken).hasSize(50).doesNotHaveDuplicates().startsWith("0", "1").endsWith("49");
    assertThat(sender.stored()).isEqualTo(50);
  }

  @Test
  void anItemThatIsRefusedIsReportedWithItsLine() {
    server.then(
        207,
        "{\"stored\":2,\"errors\":[{\"path\":\"samples[1].value\",\"code\":\"WRONG_TYPE\","
            + "\"message\":\"not a number\"}]}");
    send(3, 10);
    assertThat(sender.stored()).isEqualTo(2);
    assertThat(report.count()).isEqualTo(1);
    assertThat(reported()).startsWith("not stored: line 3, column A: not a number");
  }

  @Test
  void aBrokenConnectionSaysThatNothingIsStoredTwice() {
    server.then(0, "");
    assertThatThrownBy(() -> send(1, 10))
        .hasMessageContaining("server broke the connection: server=" + server.address())
        .extracting(e -> ((HistorianException) e).hint())
        .asString()
        .contains("repeat the command: nothing is stored twice");
  }

  @Test
  void anotherKindOfServerIsRecognised() {
    server.then(404, "<html>not here</html>");
    assertThatThrownBy(() -> send(1, 10))
        .hasMessageContaining("not an answer of a Tidemark server")
        .hasMessageContaining("status=404");
  }

  @Test
  void onlyTheFirstRowsAreShownButAllAreCounted() {
    for (int line = 2; line < 102; line++) {
      report.add(line, "", "broken");
    }
    assertThat(reported().lines()).hasSize(21).last().asString().startsWith("… 100 in all");
  }
}
