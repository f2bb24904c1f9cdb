package io.tidemark.query.aggregate;

import org.jspecify.annotations.Nullable;

/**
 * One state of a tag in one interval {@code [startNs, endNs)}, or the interval's time without a
 * usable value: then ordinal and text are null, and there are no entries and occurrences.
 *
 * <p>An occurrence lasts from a sample that brings the state to the next one with another state, or
 * without a usable value. It is contained if both lie inside the interval, the end included. After
 * the last sample of all nothing is known: what it began has no end.
 *
 * @param ordinal of a digital tag, or the number of a bool or int tag; null of a text tag
 * @param text the state's name, or the value as text
 * @param durationNs time in the state inside the interval, read as unsigned
 * @param percent of the interval's length
 * @param entries samples inside that brought the state while the last usable sample before had
 *     another, or there was none: a state that is the same after a stretch without value is not
 *     entered again
 * @param contained occurrences that begin and end inside
 * @param minimumNs shortest of them; null if there is none
 * @param maximumNs longest of them; null if there is none
 * @param averageNs their mean; null if there is none
 * @param partial occurrences that an edge, or the end of all samples, cuts
 */
public record StateRow(
    long startNs,
    long endNs,
    @Nullable Long ordinal,
    @Nullable String text,
    long durationNs,
    double percent,
    long entries,
    long contained,
    @Nullable Long minimumNs,
    @Nullable Long maximumNs,
    @Nullable Double averageNs,
    long partial) {}
