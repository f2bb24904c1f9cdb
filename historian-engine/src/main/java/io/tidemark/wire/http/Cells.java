package io.tidemark.wire.http;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;

/** Where rows of a table go, cell by cell from left to right. One thread. */
interface Cells {
  /** A cell of text from anywhere, which must stay text. */
  Cells text(String text);

  /** A cell that this server made: a number or a time. */
  Cells plain(CharSequence text);

  /** A number; NaN and infinities as words. */
  Cells number(double value);

  /** A float32, with the digits that tell it from its neighbours. */
  Cells number(float value);

  /** A whole number. */
  Cells number(long value);

  /** Two cells of one instant: local date and time, and UTC. */
  Cells time(long ns, ZoneId zone);

  /** The headers of {@link #time}. */
  Cells timeHeaders(String name, ZoneId zone);

  /** An instant of SQL, in as many cells as {@link #instantHeader} makes headers. */
  Cells instant(Instant instant, ZoneId zone);

  /** As {@link #instant}, without one. */
  Cells noInstant();

  /** The headers of {@link #instant}. */
  Cells instantHeader(String name, ZoneId zone);

  /** A cell without anything. */
  Cells empty();

  /** Ends the row. */
  void endRow() throws IOException;
}
