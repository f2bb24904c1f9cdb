/**
 * The demo plant: two reactors, a dryer and utilities, simulated. {@link DemoPlant} says what every
 * instrument reads at every instant and what the MES knows; {@link DemoRunner} brings that into a
 * historian through a {@link DemoTarget}, newest day first, and goes on live.
 *
 * <p>The plant is a function of its seed and of time: any range can be generated alone, and ranges
 * generated apart fit together to the last bit. Not here: how samples are stored.
 */
package io.tidemark.demo;
