package io.tidemark.query.time;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;

/**
 * Writes instants as {@link IsoTime#format} does, many of them: date and offset are formatted once
 * for as long as they stay the same. One thread.
 */
public final class IsoTimeWriter {
  /** Most characters of a time. */
  public static final int CHARS_MAX = 40;

  private static final long SECOND_NS = 1_000_000_000L;
  private static final long DAY_NS = 86_400 * SECOND_NS;
  private static final int DATE_CHARS = 10;

  private final ZoneId zone;
  private final StringBuilder text = new StringBuilder(CHARS_MAX);
  private final char[] date = new char[DATE_CHARS + 1];
  private char[] offset = {};

  /* Date and offset hold from the first of these to before the second; local midnight may lie outside of them. */
  private long fromNs;
  private long untilNs;
  private long midnightNs;

  /** A writer of local times of a zone. */
  public IsoTimeWriter(ZoneId zone) {
    this.zone = zone;
  }

  /**
   * Writes an instant.
   *
   * @param out has room for {@link #CHARS_MAX} characters from there
   * @return the index after its last character
   */
  public int write(char[] out, int at, long ns) {
    if (ns < fromNs || ns >= untilNs) {
      if (!enter(ns)) {
        text.setLength(0);
        IsoTime.append(text, ns, zone);
        text.getChars(0, text.length(), out, at);
        return at + text.length();
      }
    }
    System.arraycopy(date, 0, out, at, DATE_CHARS + 1);
    int to = at + DATE_CHARS + 1;
    long ofDay = ns - midnightNs;
    int second = (int) (ofDay / SECOND_NS);
    int nano = (int) (ofDay - second * SECOND_NS);
    int minute = second / 60;
    to = two(out, to, minute / 60);
    out[to++] = ':';
    to = two(out, to, minute % 60);
    out[to++] = ':';
    to = two(out, to, second - minute * 60);
    if (nano != 0) {
      out[to++] = '.';
      int digits = nano % 1_000_000 == 0 ? 3 : nano % 1_000 == 0 ? 6 : 9;
      int value = digits == 3 ? nano / 1_000_000 : digits == 6 ? nano / 1_000 : nano;
      for (int i = to + digits - 1; i >= to; i--) {
        out[i] = (char) ('0' + value % 10);
        value /= 10;
      }
      to += digits;
    }
    System.arraycopy(offset, 0, out, to, offset.length);
    return to + offset.length;
  }

  private static int two(char[] out, int at, int value) {
    out[at] = (char) ('0' + value / 10);
    out[at + 1] = (char) ('0' + value % 10);
    return at + 2;
  }

  /** Formats date and offset at an instant; false near the ends of what an int64 can say. */
  private boolean enter(long ns) {
    if (ns < Long.MIN_VALUE + 2 * DAY_NS || ns > Long.MAX_VALUE - 2 * DAY_NS) {
      return false;
    }
    ZoneOffset now =
        zone instanceof ZoneOffset fixed
            ? fixed
            : zone.getRules().getOffset(TimeText.toInstant(ns));
    long offsetNs = now.getTotalSeconds() * SECOND_NS;
    midnightNs = Math.floorDiv(ns + offsetNs, DAY_NS) * DAY_NS - offsetNs;
    fromNs = midnightNs;
    untilNs = midnightNs + DAY_NS;
    if (!(zone instanceof ZoneOffset)) {
      narrow(ns);
    }
    text.setLength(0);
    IsoTime.append(text, ns, zone);
    text.getChars(0, DATE_CHARS + 1, date, 0);
    offset = now.getId().toCharArray();
    return true;
  }

  /** Leaves out what lies beyond a change of the offset on that day. */
  private void narrow(long ns) {
    ZoneOffsetTransition last =
        zone.getRules().previousTransition(TimeText.toInstant(ns).plusNanos(1));
    if (last != null && last.toEpochSecond() > fromNs / SECOND_NS) {
      fromNs = last.toEpochSecond() * SECOND_NS;
    }
    ZoneOffsetTransition next = zone.getRules().nextTransition(TimeText.toInstant(ns));
    if (next != null && next.toEpochSecond() < Math.ceilDiv(untilNs, SECOND_NS)) {
      untilNs = next.toEpochSecond() * SECOND_NS;
    }
  }
}
