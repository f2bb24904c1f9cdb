/**
 * Kills, power cuts and failing disks against real processes, for longer than a build may take. The
 * last results are in {@code docs/reliability.md}.
 */
@org.jspecify.annotations.NullMarked
package io.tidemark.benchmarks.torture;
