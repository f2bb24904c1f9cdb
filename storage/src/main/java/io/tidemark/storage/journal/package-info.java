/**
 * The write-ahead journal: frames in one order, forced in groups. Chronicle Queue lives here and
 * nowhere else; recovery and trim never open it but scan our own frames in the raw files.
 *
 * <p>Threads: one appends (append agent), one forces (sync agent). Chronicle starts threads of its
 * own, named {@code main/disk-space-checker} and {@code background~...}; they end with {@link
 * io.tidemark.storage.journal.Journal#close}.
 */
package io.tidemark.storage.journal;
