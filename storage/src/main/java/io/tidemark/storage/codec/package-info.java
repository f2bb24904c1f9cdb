/**
 * Lossless encodings of one column of a block: integers, doubles, texts. A column picks the codec
 * that comes out smallest; {@code docs/format/segment.md} describes each byte.
 *
 * <p>Threads: codecs are stateless; columns own scratch arrays and belong to one thread.
 */
package io.tidemark.storage.codec;
