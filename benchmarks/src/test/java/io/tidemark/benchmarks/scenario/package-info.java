/** The scenarios, run as small as they get, so that they do not rot. */
package io.tidemark.benchmarks.scenario;
