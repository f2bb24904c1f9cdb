/**
 * Units of measure: what plants write, its dimension, exact conversions, codes of UNECE Rec 20 and
 * OPC UA.
 *
 * <p>A text that means nothing here is a unit of its own, which converts to itself only. Where a
 * text has two meanings ({@code C}, {@code F}, {@code T}) it has none: no conversion is better than
 * a wrong one. Units are values; everything here may be used from any thread. The library
 * underneath (units, products, exact fractions) shows in no signature. Not here: what a tag's
 * answer looks like in another unit (retrieval), units of totals and slopes (aggregate).
 */
package io.tidemark.query.units;
