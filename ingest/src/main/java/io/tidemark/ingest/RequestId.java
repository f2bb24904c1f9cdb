package io.tidemark.ingest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;

/**
 * The number of a request, from a client that counts them so that it may send again what it is not
 * sure of: exactly once (RELIABILITY rule D12). The same request must be sent with the same content
 * in the same order.
 *
 * @param producer name of the client; each principal has names of its own
 * @param epoch 1 or more, unsigned: a greater one fences off those who still use a smaller one
 * @param sequence 1 for the first request of an epoch, then one more each
 */
public record RequestId(String producer, int epoch, long sequence) {
  /** Longest name of a client, in characters. */
  public static final int PRODUCER_CHARS_MAX = 256;

  /** Checks name and numbers. */
  public RequestId {
    boolean badName = producer.isBlank() || producer.length() > PRODUCER_CHARS_MAX;
    for (int i = 0; !badName && i < producer.length(); i++) {
      badName = Character.isISOControl(producer.charAt(i)) || ErrorText.isHalfPair(producer, i);
    }
    if (badName) {
      throw new HistorianException(
          ErrorCode.BAD_NAME,
          "producer must be a name without control characters: producer="
              + ErrorText.quote(producer)
              + ", charactersMax="
              + PRODUCER_CHARS_MAX,
          "producer",
          null,
          null);
    }
    if (epoch == 0 || sequence < 1) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "epoch and request count from 1: epoch="
              + Integer.toUnsignedString(epoch)
              + ", request="
              + sequence,
          "sequence",
          null,
          null);
    }
  }
}
