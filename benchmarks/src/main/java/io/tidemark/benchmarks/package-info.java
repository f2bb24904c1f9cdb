/** Measures and breaks the historian; one class per question asked. */
package io.tidemark.benchmarks;
