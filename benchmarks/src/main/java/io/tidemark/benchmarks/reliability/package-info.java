/**
 * Kills, power cuts, failing and full disks, damaged files and jumping clocks: against real
 * processes where that can be done, against a simulated disk where it must be unkind. What came of
 * it is written into {@code docs/reliability.md} by {@link
 * io.tidemark.benchmarks.reliability.ReliabilitySuite}.
 */
@org.jspecify.annotations.NullMarked
package io.tidemark.benchmarks.reliability;
