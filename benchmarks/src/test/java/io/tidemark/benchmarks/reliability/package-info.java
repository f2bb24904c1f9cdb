/** Tests of the reliability suite itself, and a quick run of it. */
package io.tidemark.benchmarks.reliability;
