/**
 * The command line {@code tidemark}: starts servers and is a client of running ones. Picocli lives
 * here.
 */
package io.tidemark.cli;
