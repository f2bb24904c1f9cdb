package io.tidemark.wire.pg;

import io.tidemark.model.QueryContext;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What a session may do with its connection. Called by the session's worker. */
interface Link {
  /** Hands over what was written. */
  void send(PgOutput out);

  /** Whether the client has room for more. */
  boolean isWritable();

  /** Closes the connection once everything is sent. */
  void end();

  /** What a cancel request stops from now on; null for nothing. */
  void running(@Nullable QueryContext context);

  /** Runs an action later, not on this thread. */
  Future<?> later(Duration delay, Runnable action);

  /** Goes on with the session although its client has no room: something was stopped. */
  void wake();

  /** The login is done: what its time limit is for is over. */
  void loggedIn();

  /** Number of the session. */
  int processId();

  /** What a cancel request must know. */
  int secretKey();
}
