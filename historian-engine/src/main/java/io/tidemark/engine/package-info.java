/** Assembly of the server: configuration, threads, clocks, start and stop order. */
package io.tidemark.engine;
