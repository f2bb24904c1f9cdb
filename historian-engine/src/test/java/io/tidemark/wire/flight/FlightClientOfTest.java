package io.tidemark.wire.flight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The official client, and what its streams hold as Java values. */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
final class FlightClientOfTest implements AutoCloseable {
  final BufferAllocator allocator = new RootAllocator();
  final FlightClient flight;
  final FlightSqlClient sql;

  FlightClientOfTest(int port) {
    flight =
        FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
            .maxInboundMessageSize(64 << 20)
            .build();
    sql = new FlightSqlClient(flight);
  }

  /** A stream, read. */
  record Table(Schema schema, List<Map<String, @Nullable Object>> rows) {
    List<@Nullable Object> column(String name) {
      List<@Nullable Object> cells = new ArrayList<>();
      rows.forEach(row -> cells.add(row.get(name)));
      return cells;
    }
  }

  Table query(String statement, CallOption... options) throws Exception {
    return read(sql.execute(statement, options), options);
  }

  Table command(byte[] command, CallOption... options) throws Exception {
    return read(flight.getInfo(FlightDescriptor.command(command), options), options);
  }

  Table read(FlightInfo info, CallOption... options) throws Exception {
    if (info.getEndpoints().size() != 1) {
      throw new AssertionError("not one endpoint: " + info.getEndpoints());
    }
    return read(info.getEndpoints().getFirst().getTicket(), options);
  }

  Table read(Ticket ticket, CallOption... options) throws Exception {
    try (FlightStream stream = flight.getStream(ticket, options)) {
      VectorSchemaRoot root = stream.getRoot();
      List<Map<String, @Nullable Object>> rows = new ArrayList<>();
      while (stream.next()) {
        for (int row = 0; row < root.getRowCount(); row++) {
          Map<String, @Nullable Object> cells = new LinkedHashMap<>();
          for (FieldVector vector : root.getFieldVectors()) {
            cells.put(vector.getName(), cell(vector, row));
          }
          rows.add(cells);
        }
      }
      return new Table(root.getSchema(), rows);
    }
  }

  /** Reads a stream to its end and says how many rows it has. */
  long count(Ticket ticket, CallOption... options) throws Exception {
    long rows = 0;
    try (FlightStream stream = flight.getStream(ticket, options)) {
      while (stream.next()) {
        rows += stream.getRoot().getRowCount();
      }
    }
    return rows;
  }

  private static @Nullable Object cell(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return null;
    }
    return vector instanceof TimeStampNanoTZVector times
        ? (Object) times.get(row)
        : plain(vector.getObject(row));
  }

  private static Object plain(Object cell) {
    return cell instanceof org.apache.arrow.vector.util.Text text ? text.toString() : cell;
  }

  @Override
  public void close() throws Exception {
    sql.close();
    allocator.close();
  }
}
