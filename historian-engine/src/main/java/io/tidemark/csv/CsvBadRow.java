package io.tidemark.csv;

/**
 * A row or cell that was left out.
 *
 * @param line line in the file, from 1
 * @param column heading of the cell, empty for the whole row
 * @param reason the sentence for a person
 */
public record CsvBadRow(long line, String column, String reason) {}
