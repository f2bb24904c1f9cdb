/**
 * Calendars and what people write for times: expressions such as {@code *-8h}, intervals that
 * follow the clock changes of a zone, ISO-8601 to the nanosecond.
 *
 * <p>Everything is immutable and safe from any thread. The clock comes in as an argument.
 */
package io.tidemark.query.time;
