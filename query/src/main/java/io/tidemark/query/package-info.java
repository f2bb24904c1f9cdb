/** The Java API of questions about samples that all doors share. */
package io.tidemark.query;
