/**
 * JMH benchmarks of single pieces: samples per second and bytes per sample, typical and worst case.
 */
package io.tidemark.benchmarks.micro;
