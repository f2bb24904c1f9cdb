/**
 * Statistics of stretches of a tag's samples, weighted by time over the polyline of usable samples
 * and counted per sample; mergeable, so that stored block statistics can stand for their rows.
 *
 * <p>Rule of every number here: simple bounds, Uncertain counts as Bad, the tag's step, nothing is
 * extrapolated beyond the last sample. Not here: where samples come from (retrieval), buckets that
 * follow a calendar (time).
 */
package io.tidemark.query.aggregate;
