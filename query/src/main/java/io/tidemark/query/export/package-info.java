/**
 * Exports: what is asked becomes a plan of files, each the rows of a few statements at one data
 * version. Whoever runs the statements, whenever and however often, gets the same rows in the same
 * order. Knows SQL only: what the principal may not read is no part of a plan.
 */
package io.tidemark.query.export;
