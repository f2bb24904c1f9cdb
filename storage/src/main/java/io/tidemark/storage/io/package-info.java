/**
 * The door to the disk for everything but the journal's files: atomic creation, directory forces,
 * maps, the lock, and the envelope (header, footer, checksums) that every file wears.
 */
package io.tidemark.storage.io;
