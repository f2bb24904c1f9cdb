package io.tidemark.wire;

import io.tidemark.ingest.RequestId;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import org.jspecify.annotations.Nullable;

/**
 * The three headers by which a client numbers its requests, so that it may send one again and have
 * it stored once: {@code tidemark-producer}, {@code tidemark-epoch}, {@code tidemark-sequence}. All
 * of them, or none.
 */
public final class ProducerHeaders {
  /** Name of the client. */
  public static final String PRODUCER = "tidemark-producer";

  /** Its epoch: a greater one shuts out those who still use a smaller one. */
  public static final String EPOCH = "tidemark-epoch";

  /** Number of the request, from 1 on in each epoch. */
  public static final String SEQUENCE = "tidemark-sequence";

  private ProducerHeaders() {}

  /**
   * The number of a request, or null if it has none.
   *
   * @param header gives the text of a header by its name, null if it was not sent
   * @throws HistorianException {@link ErrorCode#MALFORMED} naming the header
   */
  public static @Nullable RequestId requestId(HeaderText header) {
    String producer = header.of(PRODUCER);
    String epoch = header.of(EPOCH);
    String sequence = header.of(SEQUENCE);
    if (producer == null && epoch == null && sequence == null) {
      return null;
    }
    if (producer == null || epoch == null || sequence == null) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "headers of a numbered request belong together: missing="
              + (producer == null ? PRODUCER : epoch == null ? EPOCH : SEQUENCE),
          null,
          "send " + PRODUCER + ", " + EPOCH + " and " + SEQUENCE + ", or none of them",
          null);
    }
    try {
      return new RequestId(producer, Integer.parseUnsignedInt(epoch), Long.parseLong(sequence));
    } catch (NumberFormatException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "headers of a numbered request hold no numbers: "
              + EPOCH
              + "="
              + ErrorText.quote(epoch)
              + ", "
              + SEQUENCE
              + "="
              + ErrorText.quote(sequence),
          null,
          null,
          e);
    }
  }

  /** Text of a header. */
  @FunctionalInterface
  public interface HeaderText {
    /** The text, or null if it was not sent. */
    @Nullable String of(String name);
  }
}
