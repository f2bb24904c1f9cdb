/**
 * Reads CSV files for import: finds out what their columns mean, turns rows into samples, batches
 * and phases, and says which lines it could not use and why. Knows no server: {@link
 * io.tidemark.csv.CsvSink} takes the samples, {@link io.tidemark.csv.CsvContext} is the body for
 * the context route.
 */
package io.tidemark.csv;
