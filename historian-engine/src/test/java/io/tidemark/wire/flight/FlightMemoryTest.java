package io.tidemark.wire.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import io.tidemark.proof.TestServer;
import java.nio.file.Path;
import java.util.Map;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A result of any length takes the memory of a few batches, also beside a client that dawdles. */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class FlightMemoryTest {
  private static final long RESULT_BYTES_MIN = 1L << 30;
  private static final long GROWTH_MAX = 64L << 20;
  private static final int ROW_BYTES = 40;

  @Test
  void aGigabyteFlowsThroughAFewBatches(@TempDir Path folder) throws Exception {
    try (TestServer server = TestServer.start(folder, Map.of("query.timeLimit", "1h"));
        FlightDoor door =
            new FlightDoor(
                FlightConfig.defaults().withPort(0),
                server.engine(),
                server.engine().access(),
                null)) {
      door.start();
      try (FlightClientOfTest client = new FlightClientOfTest(door.port())) {
        client.query("SELECT range FROM range(100000)");
        FlightInfo info =
            client.sql.execute(
                "SELECT range AS a, range + 1 AS b, range / 3.0 AS c, range * 2 AS d, range * 3 AS"
                    + " e FROM range("
                    + (RESULT_BYTES_MIN / ROW_BYTES + 1)
                    + ")");
        long before = PlatformDependent.usedDirectMemory();
        long most = 0;
        long rows = 0;
        try (FlightStream stream =
            client.flight.getStream(info.getEndpoints().getFirst().getTicket())) {
          for (int batch = 0; stream.next(); batch++) {
            rows += stream.getRoot().getRowCount();
            if (batch % 256 == 7) {
              Thread.sleep(20); // the server fills what it may
            }
            // Netty's memory is that of both ends here.
            long netty = Math.max(0, PlatformDependent.usedDirectMemory() - before);
            most = Math.max(most, door.vectorBytes() + netty);
          }
        }
        assertThat(rows * ROW_BYTES).isGreaterThan(RESULT_BYTES_MIN);
        assertThat(most).as("bytes beside the heap").isLessThan(GROWTH_MAX);
      }
    }
  }
}
