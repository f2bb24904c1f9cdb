/**
 * How tags and the names of those who write are kept: journaled records, held in memory, found by
 * name and id.
 */
package io.tidemark.catalog;
