/**
 * Conditions over time: a text such as {@code 'R1.P101.RUN' = 'On' and 'R1.TIC101.PV' > 80} becomes
 * the stretches of time in which it is true, with exact times where a value crosses another.
 *
 * <p>Conditions are immutable and safe from any thread; what walks through stretches belongs to
 * one. Not here: how samples become a curve (retrieval).
 */
package io.tidemark.query.condition;
