package io.tidemark.proof.doors;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Flight SQL through the official client, with a token. Vectors are read by their types; decimals
 * and whole numbers beyond int64 are float64 there.
 */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
final class FlightSql implements SqlClient {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final BufferAllocator allocator = new RootAllocator();
  private final FlightClient flight;
  private final FlightSqlClient sql;
  private final String token;

  FlightSql(int port, String token) {
    this.token = token;
    flight =
        FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
            .maxInboundMessageSize(64 << 20)
            .build();
    sql = new FlightSqlClient(flight);
  }

  @Override
  public String name() {
    return "SQL over Flight";
  }

  @Override
  public Table ask(String statement, ZoneId zone) {
    CallHeaders headers = new FlightCallHeaders();
    headers.insert("authorization", "Bearer " + token);
    headers.insert("time-zone", zone.getId());
    CallOption call = new HeaderCallOption(headers);
    try {
      FlightInfo info = sql.execute(statement, call);
      if (info.getEndpoints().size() != 1) {
        throw new AssertionError("not one endpoint: " + info.getEndpoints());
      }
      try (FlightStream stream = sql.getStream(info.getEndpoints().getFirst().getTicket(), call)) {
        return table(stream);
      }
    } catch (FlightRuntimeException e) {
      return Table.refused(String.valueOf(e.status().description()).replaceFirst("(?s):.*", ""));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** One in four statements by its FlightInfo, which plans it once more; the others plainly. */
  private Ticket ticket(String statement, CallOption call) {
    if (statement.hashCode() % 4 != 0) {
      return new Ticket(statement.getBytes(StandardCharsets.UTF_8));
    }
    FlightInfo info = sql.execute(statement, call);
    if (info.getEndpoints().size() != 1) {
      throw new AssertionError("not one endpoint: " + info.getEndpoints());
    }
    return info.getEndpoints().getFirst().getTicket();
  }

  private static Table table(FlightStream stream) {
    VectorSchemaRoot root = stream.getRoot();
    List<String> names = root.getSchema().getFields().stream().map(Field::getName).toList();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    while (stream.next()) {
      for (int i = 0; i < root.getRowCount(); i++) {
        List<@Nullable Object> row = new ArrayList<>();
        for (FieldVector vector : root.getFieldVectors()) {
          row.add(vector.isNull(i) ? null : cell(vector, i));
        }
        rows.add(row);
      }
    }
    return Table.of(names, rows);
  }

  private static Object cell(FieldVector vector, int i) {
    return switch (vector) {
      case Float8Vector numbers -> numbers.get(i);
      case BigIntVector numbers -> numbers.get(i);
      case UInt4Vector numbers -> Integer.toUnsignedLong(numbers.get(i));
      case BitVector truths -> truths.get(i) != 0;
      case TimeStampNanoTZVector times ->
          Instant.ofEpochSecond(
              Math.floorDiv(times.get(i), NANOS_PER_SECOND),
              Math.floorMod(times.get(i), NANOS_PER_SECOND));
      case VarCharVector texts -> new String(texts.get(i), StandardCharsets.UTF_8);
      default -> throw new AssertionError("unexpected type: " + vector.getField());
    };
  }

  @Override
  public Object asGiven(Object value) {
    return value instanceof BigDecimal number ? number.doubleValue() : value;
  }

  @Override
  public void close() throws IOException {
    try {
      sql.close();
    } catch (Exception e) {
      throw new IOException(e);
    }
    allocator.close();
  }
}
