/**
 * The words every module shares: samples, tags, quality, time ranges, frames and blocks, errors.
 *
 * <p>No I/O, no threads, no clocks. A {@link io.tidemark.model.SampleFrame} goes in, a {@link
 * io.tidemark.model.SampleBlock} comes up.
 */
package io.tidemark.model;
