/** End-to-end scenarios: a whole server under a load, measured as its users see it. */
package io.tidemark.benchmarks.scenario;
