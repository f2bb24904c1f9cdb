package io.tidemark.wire.pg;

import io.tidemark.engine.Historian;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.query.sql.PgCatalog;
import io.tidemark.query.sql.SqlColumn;
import io.tidemark.query.sql.SqlResult;
import io.tidemark.query.sql.SqlShape;
import io.tidemark.wire.pg.SqlTokens.Kind;
import io.tidemark.wire.pg.SqlTokens.Token;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A client's session: its login, settings, transaction, prepared statements and portals. Takes one
 * message at a time; rows go out a buffer at a time, so that a client that does not read keeps no
 * thread. One thread at a time.
 *
 * <p>Long because it is the protocol's state: what a message does depends on what those before it
 * left.
 */
final class PgSession implements AutoCloseable {
  /** What sessions of a door share. */
  record Door(
      PgConfig config,
      Historian historian,
      PgCatalog catalog,
      AtomicLong statements,
      AtomicLong errors) {}

  private enum Transaction {
    NONE('I'),
    OPEN('T'),
    FAILED('E');

    private final char status;

    Transaction(char status) {
      this.status = status;
    }
  }

  /**
   * Rows on their way.
   *
   * @param tag word before their number at the end
   */
  private record Sending(Portal portal, String tag, boolean isSimple) {}

  private final Door door;
  private final Link link;
  private final Login login;
  private final PgOutput out = new PgOutput();
  private final OpenObjects objects;
  private final Deque<SqlCommand> script = new ArrayDeque<>();
  private final Map<String, String> reported = new HashMap<>();
  private SessionSettings settings;
  private Principal principal = new Principal("nobody");
  private Transaction transaction = Transaction.NONE;
  private boolean isLoggedIn;
  private boolean isInScript;
  private boolean isSkipping;
  private @Nullable Sending sending;
  private long rowsLeft;
  private long rowsSent;
  private String user = "";
  private String text = "";
  private int textOffset;
  private @Nullable Future<?> timeout;
  private volatile boolean isTimedOut;

  PgSession(Door door, Link link, Login login) {
    this.door = door;
    this.link = link;
    this.login = login;
    this.objects = new OpenObjects(door.config());
    this.settings = new SessionSettings("", door.historian().defaultZone());
  }

  // Progress.

  /** Whether there is something to do without another message. */
  boolean isUnderWay() {
    return sending != null || isInScript;
  }

  /** Does a piece of it; false if the client has no room for more. */
  boolean advance() {
    try {
      if (sending != null) {
        return sendRows(sending);
      }
      SqlCommand next = script.poll();
      if (next == null) {
        isInScript = false;
        ready();
      } else {
        runSimple(next);
      }
    } catch (RuntimeException | StackOverflowError e) {
      fail(e);
    }
    flushIfFull();
    return true;
  }

  /** Takes a message. */
  void handle(Frame frame) {
    try {
      if (frame.type() == Frame.STOPPED.type()) {
        objects.closeStopped();
        return;
      }
      if (!isLoggedIn) {
        logIn(frame);
        return;
      }
      if (isSkipping && frame.type() != 'S' && frame.type() != 'X') {
        return;
      }
      message(frame.type(), new MessageReader(frame.body()));
    } catch (RuntimeException | StackOverflowError e) {
      fail(e);
    }
    flushIfFull();
  }

  /** Sends what is written: there is nothing else to do. */
  void flush() {
    if (!out.isEmpty()) {
      link.send(out);
    }
  }

  private void flushIfFull() {
    if (out.isChunkFull()) {
      link.send(out);
    }
  }

  private void message(char type, MessageReader in) {
    switch (type) {
      case 'Q' -> {
        isInScript = true; // also what cannot be read ends with the session's status
        String sql = in.text();
        in.end();
        simple(sql);
      }
      case 'P' -> parse(in);
      case 'B' -> bind(in);
      case 'D' -> describe(in);
      case 'E' -> execute(in);
      case 'C' -> closeNamed(in);
      case 'H' -> flush();
      case 'S' -> sync();
      case 'X' -> link.end();
      case 'F' ->
          throw new PgException(SqlState.FEATURE_NOT_SUPPORTED, "function calls are not supported");
      case 'd', 'c', 'f' -> {
        // What is left of a COPY that was refused.
      }
      default -> throw PgException.protocol("invalid frontend message type " + (int) type);
    }
  }

  // Login.

  private void logIn(Frame frame) {
    if (frame.type() == Frame.STARTUP) {
      login.begin(new MessageReader(frame.body()), out);
    } else {
      login.goOn(frame, out);
    }
    Principal who = login.principal();
    if (who == null) {
      return;
    }
    HistorianException refusal = door.historian().refusal();
    if (refusal != null) {
      throw refusal;
    }
    principal = who;
    user = login.parameters().getOrDefault("user", "");
    String database = login.parameters().getOrDefault("database", user);
    if (!database.equals(user)
        && !database.equals(SqlCommand.DATABASE)
        && !database.equals("postgres")) {
      throw PgException.fatal(
          SqlState.UNKNOWN_DATABASE,
          "database \""
              + SessionSettings.shown(database)
              + "\" does not exist: use \""
              + SqlCommand.DATABASE
              + "\"");
    }
    settings = new SessionSettings(user, door.historian().defaultZone());
    login
        .parameters()
        .forEach(
            (name, value) -> {
              switch (name) {
                case "user", "database", "replication" -> {
                  // Said already.
                }
                case "options" -> startOptions(value);
                default -> startSetting(name, value);
              }
            });
    isLoggedIn = true;
    link.loggedIn();
    reportChanges();
    out.begin('K');
    out.int32(link.processId());
    out.int32(link.secretKey());
    out.end();
    ready();
  }

  private void startOptions(String options) {
    for (String option : options.split("(?<!\\\\)\\s+(?=-)|-c\\s*|--")) {
      int equals = option.indexOf('=');
      if (equals > 0) {
        startSetting(
            option.substring(0, equals).strip().replace('-', '_'),
            option.substring(equals + 1).strip().replace("\\ ", " "));
      }
    }
  }

  private void startSetting(String name, String value) {
    try {
      settings.start(name, value);
    } catch (PgException e) {
      throw PgException.fatal(e.state(), e.text());
    }
  }

  private void reportChanges() {
    for (String name : SessionSettings.REPORTED) {
      String value = String.valueOf(settings.value(name));
      if (!value.equals(reported.put(name, value))) {
        out.begin('S');
        out.text(name);
        out.text(value);
        out.end();
      }
    }
  }

  private void ready() {
    if (transaction == Transaction.NONE) {
      objects.closePortals();
    }
    out.begin('Z');
    out.int8(transaction.status);
    out.end();
  }

  // Simple protocol.

  private void simple(String sql) {
    objects.closePortal("");
    text = sql;
    textOffset = 0;
    List<SqlCommand> commands = SqlCommand.split(sql);
    script.clear();
    script.addAll(commands);
  }

  private void runSimple(SqlCommand command) {
    textOffset = command.offset();
    if (command.answerer() == SqlCommand.Answerer.EMPTY) {
      out.empty('I');
      return;
    }
    if (command.parameters() > 0 && command.isQuery()) {
      throw new PgException("42P02", "there is no parameter $1");
    }
    requireTransaction(command);
    if (command.answerer() == SqlCommand.Answerer.CURSOR) {
      cursor(command);
      return;
    }
    SqlResult local = command.isQuery() ? null : session(command);
    if (!command.isQuery() && local == null) {
      complete(tag(command));
      return;
    }
    Portal portal =
        new Portal("", new PreparedQuery(command, new int[0]), List.of(), new int[0], 0);
    if (local == null) {
      start(portal);
    } else {
      portal.start(local);
    }
    rowDescription(portal.query(), portal.columns(), portal);
    send(portal, local == null ? "SELECT" : "SHOW", true, 0);
  }

  private void requireTransaction(SqlCommand command) {
    boolean ends =
        command.answerer() == SqlCommand.Answerer.TRANSACTION
            && command.tag().matches("COMMIT|END|ROLLBACK|ABORT");
    if (transaction == Transaction.FAILED && !ends) {
      throw new PgException(
          SqlState.FAILED_TRANSACTION,
          "current transaction is aborted, commands ignored until end of transaction block");
    }
  }

  // Extended protocol.

  private void parse(MessageReader in) {
    String name = OpenObjects.name(in.text());
    String sql = in.text();
    int[] types = new int[in.count(4)];
    for (int i = 0; i < types.length; i++) {
      types[i] = in.int32();
    }
    in.end();
    text = sql;
    textOffset = 0;
    objects.requireRoom(name, sql.length());
    List<SqlCommand> commands = SqlCommand.split(sql);
    if (commands.size() > 1) {
      throw new PgException(
          SqlState.SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement");
    }
    SqlCommand command = commands.getFirst();
    requireTransaction(command);
    objects.put(name, new PreparedQuery(command, types));
    out.empty('1');
  }

  private void bind(MessageReader in) {
    BindMessage bind = BindMessage.read(in, objects::statement);
    requireTransaction(bind.query().command());
    objects.bind(
        new Portal(bind.portal(), bind.query(), bind.values(), bind.resultFormats(), bind.bytes()));
    out.empty('2');
  }

  private void describe(MessageReader in) {
    char kind = (char) in.int8();
    String name = in.text();
    in.end();
    if (kind == 'S') {
      PreparedQuery query = objects.statement(name);
      requireTransaction(query.command());
      describeStatement(query);
    } else if (kind == 'P') {
      Portal portal = objects.portal(name);
      requireTransaction(portal.query().command());
      describePortal(portal);
    } else {
      throw PgException.protocol("invalid DESCRIBE message subtype " + (int) kind);
    }
  }

  private void describeStatement(PreparedQuery query) {
    SqlCommand command = query.command();
    if (query.shape() == null && command.isQuery()) {
      query.shape(shape(command));
    }
    out.begin('t');
    out.int16(command.parameters());
    for (int i = 0; i < command.parameters(); i++) {
      out.int32(query.parameterOid(i));
    }
    out.end();
    SqlShape shape = query.shape();
    if (shape != null) {
      rowDescription(query, shape.columns(), null);
    } else if (command.hasWord(0, "show")) {
      rowDescription(query, facts().show(command).columns(), null);
    } else {
      out.empty('n');
    }
  }

  private SqlShape shape(SqlCommand command) {
    try (Historian.OpenQuery scope = door.historian().openQuery(principal, settings.zone())) {
      return command.answerer() == SqlCommand.Answerer.CATALOG
          ? door.catalog()
              .describe(command.sql(), command.parameters(), scope.context(), facts()::value)
          : door.historian().shapeOfSql(command.sql(), command.parameters(), scope.context());
    }
  }

  private void describePortal(Portal portal) {
    SqlCommand command = portal.query().command();
    if (command.isQuery()) {
      if (!portal.isStarted()) {
        start(portal);
      }
      rowDescription(portal.query(), portal.columns(), portal);
    } else if (command.hasWord(0, "show")) {
      rowDescription(portal.query(), facts().show(command).columns(), portal);
    } else {
      out.empty('n');
    }
  }

  private void execute(MessageReader in) {
    Portal portal = objects.portal(in.text());
    int rowsMax = in.int32();
    in.end();
    SqlCommand command = portal.query().command();
    requireTransaction(command);
    if (command.answerer() == SqlCommand.Answerer.EMPTY) {
      out.empty('I');
      return;
    }
    if (command.isQuery()) {
      if (!portal.isStarted()) {
        start(portal);
      }
      send(portal, "SELECT", false, rowsMax);
      return;
    }
    if (command.answerer() == SqlCommand.Answerer.CURSOR && !command.hasWord(0, "close")) {
      throw new PgException(
          SqlState.FEATURE_NOT_SUPPORTED,
          "DECLARE and FETCH are answered in the simple protocol only",
          "set a fetch size instead: the driver then uses a portal");
    }
    if (portal.isStarted()) {
      complete(tag(command));
      return;
    }
    if (command.answerer() == SqlCommand.Answerer.CURSOR) {
      cursor(command);
      return;
    }
    SqlResult local = session(command);
    if (local == null) {
      complete(tag(command));
    } else {
      portal.start(local);
      send(portal, "SHOW", false, rowsMax);
    }
  }

  private void closeNamed(MessageReader in) {
    char kind = (char) in.int8();
    String name = in.text();
    in.end();
    if (kind == 'S') {
      objects.remove(name);
    } else if (kind == 'P') {
      objects.closePortal(name);
    } else {
      throw PgException.protocol("invalid CLOSE message subtype " + (int) kind);
    }
    out.empty('3');
  }

  private void sync() {
    isSkipping = false;
    ready();
    flush();
  }

  // Statements with rows.

  private void start(Portal portal) {
    PreparedQuery query = portal.query();
    SqlCommand command = query.command();
    HistorianException refusal = door.historian().refusal();
    if (refusal != null) {
      throw refusal;
    }
    door.statements().incrementAndGet();
    Historian.OpenQuery scope = door.historian().openQuery(principal, settings.zone());
    QueryContext context = scope.context();
    begin(context);
    try {
      SqlResult result =
          query.isCatalog()
              ? door.catalog().execute(command.sql(), portal.parameters(), context, facts()::value)
              : door.historian().sql(command.sql(), portal.parameters(), context);
      portal.start(scope, result);
      context.onStop(link::wake);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    } finally {
      over();
    }
  }

  /** What a cancel request and the session's time limit stop from now on. */
  private void begin(QueryContext context) {
    isTimedOut = false;
    link.running(context);
    Duration limit = settings.statementTimeout();
    if (!limit.isZero()) {
      timeout =
          link.later(
              limit,
              () -> {
                isTimedOut = true;
                context.cancel();
              });
    }
  }

  private void over() {
    link.running(null);
    Future<?> running = timeout;
    if (running != null) {
      running.cancel(false);
      timeout = null;
    }
  }

  private void send(Portal portal, String tag, boolean isSimple, int rowsMax) {
    if (portal.isEnded()) {
      complete(tag + " 0");
      return;
    }
    QueryContext context = portal.context();
    if (context != null) {
      begin(context);
    }
    rowsLeft = rowsMax <= 0 ? Long.MAX_VALUE : rowsMax;
    rowsSent = 0;
    sending = new Sending(portal, tag, isSimple);
  }

  private boolean sendRows(Sending now) {
    Portal portal = now.portal();
    if (!link.isWritable() && !portal.isStopped()) {
      return false;
    }
    int written = portal.rows(settings.zone()).write(out, rowsLeft);
    if (written < 0) {
      sent();
      portal.close();
      complete(tagOf(now));
    } else {
      rowsSent += written;
      rowsLeft -= written;
      if (rowsLeft == 0) {
        sent();
        if (now.tag().equals("FETCH")) {
          complete(tagOf(now));
        } else {
          out.empty('s');
        }
      }
    }
    flushIfFull();
    return true;
  }

  private String tagOf(Sending now) {
    return now.tag().equals("SHOW") ? "SHOW" : now.tag() + " " + rowsSent;
  }

  private void sent() {
    sending = null;
    over();
  }

  private void rowDescription(
      PreparedQuery query, List<SqlColumn> columns, @Nullable Portal portal) {
    PgType[] types = query.types(columns);
    SqlShape shape = query.shape();
    List<SqlColumn> told = shape == null ? columns : shape.columns();
    out.begin('T');
    out.int16(types.length);
    for (int i = 0; i < types.length; i++) {
      out.text(told.get(i).name());
      out.int32(0);
      out.int16(0);
      out.int32(types[i].oid());
      out.int16(types[i].size());
      out.int32(-1);
      out.int16(portal != null && portal.isBinary(i) ? 1 : 0);
    }
    out.end();
  }

  private void complete(String tag) {
    out.begin('C');
    out.text(tag);
    out.end();
  }

  // Commands of the session.

  private @Nullable SqlResult session(SqlCommand command) {
    switch (command.answerer()) {
      case TRANSACTION -> transaction(command);
      case SESSION -> {
        return setting(command);
      }
      default ->
          throw new PgException(
              SqlState.FEATURE_NOT_SUPPORTED,
              command.tag() + " is not supported",
              command.tag().equals("COPY")
                  ? "read with SELECT; samples are written with POST /api/v1/write"
                  : null);
    }
    return null;
  }

  private SessionFacts facts() {
    return new SessionFacts(settings, user, link.processId());
  }

  private String tag(SqlCommand command) {
    return switch (command.tag()) {
      case "START" -> "START TRANSACTION";
      case "END" -> "COMMIT";
      case "ABORT" -> "ROLLBACK";
      case "DISCARD", "DEALLOCATE" ->
          command.hasWord(1, "all") ? command.tag() + " ALL" : command.tag();
      default -> command.tag();
    };
  }

  private void transaction(SqlCommand command) {
    switch (command.tag()) {
      case "BEGIN", "START" -> transaction = Transaction.OPEN;
      case "COMMIT", "END", "ABORT" -> endTransaction();
      case "ROLLBACK" -> {
        boolean isToSavepoint = command.hasWord(1, "to") || command.hasWord(2, "to");
        if (!isToSavepoint) {
          endTransaction();
        } else if (transaction == Transaction.FAILED) {
          transaction = Transaction.OPEN;
        }
      }
      default -> {
        // Savepoints: there is nothing to save.
      }
    }
  }

  private void endTransaction() {
    transaction = Transaction.NONE;
    settings.endTransaction();
    reportChanges();
    objects.closePortals();
  }

  private @Nullable SqlResult setting(SqlCommand command) {
    switch (command.tag()) {
      case "SHOW" -> {
        return facts().show(command);
      }
      case "DEALLOCATE" -> {
        int at = command.hasWord(1, "prepare") ? 2 : 1;
        if (command.hasWord(at, "all")) {
          objects.removeAll();
        } else if (at < command.tokens().size()) {
          objects.statement(command.tokens().get(at).text());
          objects.remove(command.tokens().get(at).text());
        }
      }
      case "DISCARD" -> {
        if (command.hasWord(1, "all")) {
          objects.removeAll();
          objects.closePortals();
          settings.resetAll();
        }
      }
      case "UNLISTEN" -> {
        // Nobody listens.
      }
      default -> settings.run(command.tokens());
    }
    reportChanges();
    return null;
  }

  // Cursors.

  private void cursor(SqlCommand command) {
    List<Token> tokens = command.tokens();
    switch (command.tag()) {
      case "DECLARE" -> declare(command);
      case "FETCH" -> fetch(tokens);
      case "CLOSE" -> {
        if (command.hasWord(1, "all")) {
          objects.closePortals();
        } else {
          String name = tokens.size() > 1 ? tokens.get(1).text() : "";
          objects.portal(name);
          objects.closePortal(name);
        }
        complete("CLOSE CURSOR");
      }
      default ->
          throw new PgException(SqlState.FEATURE_NOT_SUPPORTED, "cursors move forward by FETCH");
    }
  }

  private void declare(SqlCommand command) {
    List<Token> tokens = command.tokens();
    int at = 1;
    while (at < tokens.size() && !tokens.get(at).isWord("for")) {
      at++;
    }
    if (tokens.size() < 4 || at + 1 >= tokens.size()) {
      throw new PgException(SqlState.SYNTAX_ERROR, "DECLARE name CURSOR FOR SELECT …");
    }
    if (transaction == Transaction.NONE) {
      throw new PgException(
          "25P01", "DECLARE CURSOR can only be used in transaction blocks", "BEGIN first");
    }
    String name = OpenObjects.name(tokens.get(1).text());
    objects.requireNoPortal(name);
    int from = tokens.get(at).end() - command.offset();
    SqlCommand query = SqlCommand.split(command.sql().substring(from)).getFirst();
    if (!query.isQuery()) {
      throw new PgException(SqlState.SYNTAX_ERROR, "DECLARE name CURSOR FOR SELECT …");
    }
    textOffset = command.offset() + from;
    Portal portal =
        new Portal(name, new PreparedQuery(query, new int[0]), List.of(), new int[0], 0);
    objects.put(portal);
    try {
      start(portal);
    } catch (RuntimeException | Error e) {
      objects.forget(portal);
      throw e;
    }
    complete("DECLARE CURSOR");
  }

  private void fetch(List<Token> tokens) {
    if (tokens.size() < 2) {
      throw new PgException(SqlState.SYNTAX_ERROR, "FETCH number FROM name");
    }
    int rowsMax = 1;
    for (Token token : tokens.subList(1, tokens.size() - 1)) {
      if (token.isWord("all")) {
        rowsMax = 0;
      } else if (token.kind() == Kind.NUMBER && token.text().matches("\\d{1,9}")) {
        rowsMax = Integer.parseInt(token.text());
      } else if (token.kind() == Kind.SYMBOL
          || token.isWord("backward")
          || token.isWord("prior")
          || token.isWord("first")
          || token.isWord("last")
          || token.isWord("absolute")
          || token.isWord("relative")) {
        throw new PgException("55000", "cursor can only scan forward");
      }
    }
    Portal portal = objects.portal(tokens.getLast().text());
    if (portal.isEnded()) {
      complete("FETCH 0");
      return;
    }
    rowDescription(portal.query(), portal.columns(), portal);
    send(portal, "FETCH", true, rowsMax);
  }

  // Ends.

  @Override
  public void close() {
    Sending now = sending;
    sending = null;
    script.clear();
    isInScript = false;
    over();
    if (now != null) {
      now.portal().close();
    }
    objects.closePortals();
    objects.removeAll();
  }

  private void fail(Throwable failure) {
    out.undo();
    Sending now = sending;
    sending = null;
    if (now != null) {
      over();
      objects.forget(now.portal());
      now.portal().close();
    }
    boolean isFatal = !isLoggedIn || (failure instanceof PgException own && own.isFatal());
    ErrorReply.of(
            failure, new ErrorReply.Situation(isLoggedIn, isFatal, isTimedOut, text, textOffset))
        .write(out);
    door.errors().incrementAndGet();
    if (isFatal) {
      isSkipping = true;
      script.clear();
      isInScript = false;
      flush();
      link.end();
      return;
    }
    if (transaction == Transaction.OPEN) {
      transaction = Transaction.FAILED;
    }
    if (isInScript) {
      script.clear();
    } else {
      isSkipping = !(now != null && now.isSimple());
    }
  }
}
