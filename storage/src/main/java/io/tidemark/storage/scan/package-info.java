/**
 * Reads one tag out of many sorted runs: hot chunks and segment chunks that may overlap in time are
 * merged by (source time, write order).
 */
package io.tidemark.storage.scan;
