/**
 * Samples out of Arrow record batches, in long form (a row is a sample) or wide form (a column is a
 * tag). The one place of this module that knows Arrow.
 */
package io.tidemark.ingest.arrow;
