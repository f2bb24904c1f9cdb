package io.tidemark.wire.flight;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.arrow.ResultHead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelFlightInfoResult;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCancelQueryRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCancelQueryResult;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionClosePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementResult;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The calls of Flight, and of Flight SQL within them. A command is a message of Flight SQL, or a
 * statement as plain UTF-8. Everything a client sends is checked here; every failure leaves as one
 * of {@link FlightErrors}. Safe from any thread.
 */
final class FlightCommands implements FlightProducer {
  private static final String FLIGHT_SQL = "type.googleapis.com/arrow.flight.protocol.sql.";
  private static final String WRITE_HINT =
      "SQL only reads; samples are written with DoPut to the path samples, or POST /api/v1/write of"
          + " the HTTP door";
  private static final List<ActionType> ACTIONS =
      List.of(
          new ActionType("CreatePreparedStatement", "prepares a statement"),
          new ActionType("ClosePreparedStatement", "forgets a prepared statement"),
          new ActionType("CancelFlightInfo", "stops the streams of a FlightInfo"),
          new ActionType("CancelQuery", "the same, as older clients say it"),
          new ActionType("CloseSession", "accepted: there are no sessions"));

  private final Historian historian;
  private final PreparedStatements prepared;
  private final ResultStreams streams;
  private final StuckPuts puts;
  private final SampleUploads uploads;
  private final CatalogAnswers catalog;

  FlightCommands(
      Historian historian,
      PreparedStatements prepared,
      ResultStreams streams,
      StuckPuts puts,
      SampleUploads uploads,
      CatalogAnswers catalog) {
    this.historian = historian;
    this.prepared = prepared;
    this.streams = streams;
    this.puts = puts;
    this.uploads = uploads;
    this.catalog = catalog;
  }

  private static <T> T guarded(Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException | StackOverflowError e) {
      throw FlightErrors.of(e);
    }
  }

  // Commands.

  /** A command of Flight SQL; null if the bytes are a statement as plain text. */
  private static @Nullable Any message(byte[] command) {
    Any any;
    try {
      any = Any.parseFrom(command);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
    return any.getTypeUrl().startsWith(FLIGHT_SQL) ? any : null;
  }

  private static <M extends Message> M unpack(Any any, Class<M> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw FlightErrors.malformed("message cannot be read: message=" + name(any), e);
    }
  }

  private static <M extends Message> M unpack(byte[] body, Class<M> type) {
    try {
      Any any = Any.parseFrom(body);
      if (any.is(type)) {
        return any.unpack(type);
      }
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "body holds another message: message="
              + ErrorText.quote(name(any))
              + ", wanted="
              + type.getSimpleName());
    } catch (InvalidProtocolBufferException e) {
      throw FlightErrors.malformed("body cannot be read: wanted=" + type.getSimpleName(), e);
    }
  }

  private static String name(Any any) {
    return any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('.') + 1);
  }

  private static byte[] command(FlightDescriptor descriptor) {
    if (!descriptor.isCommand()) {
      throw new HistorianException(
          ErrorCode.NOT_FOUND,
          "no such flight: descriptor is a path",
          null,
          "send a command: a message of Flight SQL, or a statement in UTF-8",
          null);
    }
    return descriptor.getCommand();
  }

  private static void requireNoTransaction(ByteString transaction) {
    if (!transaction.isEmpty()) {
      throw noTransactions();
    }
  }

  private static HistorianException noTransactions() {
    return new HistorianException(
        ErrorCode.READ_ONLY,
        "there are no transactions",
        null,
        "each statement sees one snapshot; header as-of names one for several statements",
        null);
  }

  private static HistorianException noWrites(String what) {
    return new HistorianException(
        ErrorCode.READ_ONLY, what + " is not a read", null, WRITE_HINT, null);
  }

  /** The statement of a command; null if it asks for metadata. */
  private @Nullable StatementTicket statement(Caller caller, byte[] command, @Nullable Any any) {
    if (any == null) {
      return StatementTicket.of(caller, StatementTicket.utf8(command), List.of());
    }
    if (any.is(CommandStatementQuery.class)) {
      CommandStatementQuery query = unpack(any, CommandStatementQuery.class);
      requireNoTransaction(query.getTransactionId());
      return StatementTicket.of(caller, query.getQuery(), List.of());
    }
    if (any.is(CommandPreparedStatementQuery.class)) {
      byte[] handle =
          unpack(any, CommandPreparedStatementQuery.class)
              .getPreparedStatementHandle()
              .toByteArray();
      return prepared.ticket(caller, handle);
    }
    return null;
  }

  private ResultHead describe(Caller caller, StatementTicket ticket) {
    try (Historian.OpenQuery query =
        historian.openQuery(caller.principal(), ticket.zone(), caller.options(ticket.asOf()))) {
      return historian.describeSql(ticket.sql(), ticket.parameters(), query.context());
    }
  }

  private Schema schema(Caller caller, StatementTicket ticket) {
    ResultHead head = describe(caller, ticket);
    return ticket.withDictionaries() ? head.schemaWithDictionaries() : head.schema();
  }

  @Override
  public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
    return guarded(() -> info(Caller.current(), descriptor));
  }

  private FlightInfo info(Caller caller, FlightDescriptor descriptor) {
    byte[] command = command(descriptor);
    Any any = message(command);
    StatementTicket statement = statement(caller, command, any);
    Schema schema;
    byte[] ticket;
    if (statement == null) {
      if (any == null) {
        throw new IllegalStateException("plain text is a statement");
      }
      schema = catalog.schema(any);
      ticket = command;
    } else {
      schema = schema(caller, statement);
      ticket =
          Any.pack(
                  TicketStatementQuery.newBuilder()
                      .setStatementHandle(ByteString.copyFrom(statement.encode()))
                      .build())
              .toByteArray();
    }
    // One endpoint, and no location: the rows come over the connection that asks.
    return FlightInfo.builder(schema, descriptor, List.of(new FlightEndpoint(new Ticket(ticket))))
        .build();
  }

  @Override
  public SchemaResult getSchema(CallContext context, FlightDescriptor descriptor) {
    return guarded(() -> new SchemaResult(schema(Caller.current(), command(descriptor))));
  }

  private Schema schema(Caller caller, byte[] command) {
    Any any = message(command);
    if (any != null && any.is(CommandPreparedStatementQuery.class)) {
      byte[] handle =
          unpack(any, CommandPreparedStatementQuery.class)
              .getPreparedStatementHandle()
              .toByteArray();
      int unbound = prepared.unbound(caller, handle);
      if (unbound > 0) {
        return unboundSchema(caller, prepared.sql(caller, handle), unbound);
      }
    }
    StatementTicket statement = statement(caller, command, any);
    if (statement == null && any != null) {
      return catalog.schema(any);
    }
    if (statement == null) {
      throw new IllegalStateException("plain text is a statement");
    }
    return schema(caller, statement);
  }

  /**
   * What a statement will yield once it has values, as far as that is known: NULLs stand for them.
   * A statement that does not plan with NULLs has a schema without columns, as Flight SQL says of
   * one that is unknown.
   */
  private Schema unboundSchema(Caller caller, String sql, int parameterCount) {
    List<@Nullable Object> nulls =
        new ArrayList<>(Collections.nCopies(parameterCount, (@Nullable Object) null));
    try {
      return schema(caller, StatementTicket.of(caller, sql, nulls));
    } catch (HistorianException e) {
      if (e.code().kind() != ErrorCode.Kind.USER) {
        throw e;
      }
      return CatalogAnswers.UNKNOWN_SCHEMA;
    }
  }

  // Streams.

  @Override
  public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
    guarded(
        () -> {
          stream(Caller.current(), ticket.getBytes(), listener);
          return true;
        });
  }

  private void stream(Caller caller, byte[] ticket, ServerStreamListener listener) {
    Any any = message(ticket);
    StatementTicket statement;
    if (any != null && any.is(TicketStatementQuery.class)) {
      statement =
          StatementTicket.decode(
              unpack(any, TicketStatementQuery.class).getStatementHandle().toByteArray());
    } else {
      statement = statement(caller, ticket, any);
    }
    if (statement != null) {
      streams.start(caller, statement, listener);
    } else if (any != null) {
      catalog.send(any, listener);
    }
  }

  // Values of parameters, and what would write.

  @Override
  public Runnable acceptPut(
      CallContext context, FlightStream stream, StreamListener<PutResult> results) {
    // Reads here: this is the thread that would run what is returned, and it can be let go.
    guarded(
        () -> {
          try (StuckPuts.Put put = puts.begin()) {
            put.check();
            if (uploads.isUpload(stream.getDescriptor())) {
              uploads.take(Caller.current(), stream, put, results);
            } else {
              put(Caller.current(), stream);
            }
          }
          return true;
        });
    return results::onCompleted;
  }

  private void put(Caller caller, FlightStream stream) {
    byte[] command = command(stream.getDescriptor());
    Any any = message(command);
    if (any == null) {
      throw noWrites("DoPut");
    }
    if (!any.is(CommandPreparedStatementQuery.class)) {
      throw noWrites(name(any));
    }
    byte[] handle =
        unpack(any, CommandPreparedStatementQuery.class).getPreparedStatementHandle().toByteArray();
    prepared.sql(caller, handle); // before anything is read
    prepared.bind(caller, handle, BoundValues.read(stream));
  }

  // Actions.

  @Override
  public void doAction(CallContext context, Action action, StreamListener<Result> results) {
    byte[] result = guarded(() -> act(Caller.current(), action));
    if (result.length > 0) {
      results.onNext(new Result(result));
    }
    results.onCompleted();
  }

  private byte[] act(Caller caller, Action action) {
    byte[] body = action.getBody();
    return switch (action.getType()) {
      case "CreatePreparedStatement" ->
          prepare(caller, unpack(body, ActionCreatePreparedStatementRequest.class));
      case "ClosePreparedStatement" -> {
        prepared.remove(
            caller,
            unpack(body, ActionClosePreparedStatementRequest.class)
                .getPreparedStatementHandle()
                .toByteArray());
        yield new byte[0];
      }
      case "CancelFlightInfo" -> {
        boolean found = cancel(caller, cancelled(body));
        yield bytes(
            new CancelFlightInfoResult(
                    found ? CancelStatus.CANCELLED : CancelStatus.NOT_CANCELLABLE)
                .serialize());
      }
      case "CancelQuery" -> cancelQuery(caller, body);
      case "CloseSession" ->
          bytes(new CloseSessionResult(CloseSessionResult.Status.CLOSED).serialize());
      case "BeginTransaction", "EndTransaction", "BeginSavepoint", "EndSavepoint" ->
          throw noTransactions();
      default ->
          throw new HistorianException(
              ErrorCode.METHOD_NOT_ALLOWED,
              "no such action: action=" + ErrorText.quote(action.getType()),
              null,
              "actions: " + String.join(", ", ACTIONS.stream().map(ActionType::getType).toList()),
              null);
    };
  }

  @SuppressWarnings("deprecation") // clients still send it
  private byte[] cancelQuery(Caller caller, byte[] body) {
    ByteString info = unpack(body, ActionCancelQueryRequest.class).getInfo();
    boolean found = cancel(caller, flightInfo(info));
    return Any.pack(
            ActionCancelQueryResult.newBuilder()
                .setResult(
                    found
                        ? ActionCancelQueryResult.CancelResult.CANCEL_RESULT_CANCELLED
                        : ActionCancelQueryResult.CancelResult.CANCEL_RESULT_NOT_CANCELLABLE)
                .build())
        .toByteArray();
  }

  private byte[] prepare(Caller caller, ActionCreatePreparedStatementRequest request) {
    requireNoTransaction(request.getTransactionId());
    String sql = request.getQuery();
    StatementTicket ticket = StatementTicket.of(caller, sql, List.of());
    List<String> types;
    try (Historian.OpenQuery query =
        historian.openQuery(caller.principal(), ticket.zone(), caller.options(ticket.asOf()))) {
      types = historian.sqlParameterTypes(sql, query.context());
    }
    if (types.size() > StatementTicket.PARAMETERS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many parameters: params="
              + types.size()
              + ", paramsMax="
              + StatementTicket.PARAMETERS_MAX);
    }
    Schema schema =
        types.isEmpty() ? schema(caller, ticket) : unboundSchema(caller, sql, types.size());
    byte[] handle = prepared.add(caller, sql, types.size());
    return Any.pack(
            ActionCreatePreparedStatementResult.newBuilder()
                .setPreparedStatementHandle(ByteString.copyFrom(handle))
                .setDatasetSchema(serialized(schema))
                .setParameterSchema(serialized(CatalogAnswers.parameters(types)))
                .build())
        .toByteArray();
  }

  private static FlightInfo cancelled(byte[] body) {
    try {
      return CancelFlightInfoRequest.deserialize(ByteBuffer.wrap(body)).getInfo();
    } catch (IOException | URISyntaxException | RuntimeException e) {
      throw FlightErrors.malformed("body cannot be read: wanted=CancelFlightInfoRequest", e);
    }
  }

  private static FlightInfo flightInfo(ByteString info) {
    try {
      return FlightInfo.deserialize(info.asReadOnlyByteBuffer());
    } catch (IOException | URISyntaxException | RuntimeException e) {
      throw FlightErrors.malformed("body cannot be read: wanted=FlightInfo", e);
    }
  }

  /** Whether a stream of the caller's was stopped. */
  private boolean cancel(Caller caller, FlightInfo info) {
    boolean found = false;
    for (FlightEndpoint endpoint : info.getEndpoints()) {
      Any any = message(endpoint.getTicket().getBytes());
      if (any != null && any.is(TicketStatementQuery.class)) {
        StatementTicket ticket =
            StatementTicket.decode(
                unpack(any, TicketStatementQuery.class).getStatementHandle().toByteArray());
        found |= streams.cancel(caller, ticket.id());
      }
    }
    return found;
  }

  /** A schema as its IPC message. */
  static ByteString serialized(Schema schema) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      MessageSerializer.serialize(
          new WriteChannel(Channels.newChannel(bytes)), schema, IpcOption.DEFAULT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Override
  public void listActions(CallContext context, StreamListener<ActionType> actions) {
    ACTIONS.forEach(actions::onNext);
    actions.onCompleted();
  }

  @Override
  public void listFlights(
      CallContext context, Criteria criteria, StreamListener<FlightInfo> flights) {
    flights.onCompleted(); // there are none but those that commands make
  }
}
