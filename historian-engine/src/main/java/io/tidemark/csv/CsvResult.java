package io.tidemark.csv;

/**
 * What an import did.
 *
 * @param rows rows below the heading
 * @param samples samples given to the sink, those without a value included
 * @param badRows rows and cells left out
 * @param startNs earliest time of a sample; above {@code endNs} if there is none
 * @param endNs latest time of a sample
 * @param context batches and phases that the rows show
 */
public record CsvResult(
    long rows, long samples, long badRows, long startNs, long endNs, CsvContext context) {}
