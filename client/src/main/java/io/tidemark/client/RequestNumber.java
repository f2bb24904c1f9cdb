package io.tidemark.client;

/**
 * The number by which the server knows a request again, so that the same one sent twice is stored
 * once.
 *
 * @param producer name of the client; each account has names of its own
 * @param epoch 1 to {@link #EPOCH_MAX}: a greater one shuts out those who still use a smaller one
 * @param sequence 1 for the first request of an epoch, then one more each
 */
public record RequestNumber(String producer, long epoch, long sequence) {
  /** Greatest epoch. */
  public static final long EPOCH_MAX = 0xFFFF_FFFFL;

  /** Longest name of a client, in characters. */
  public static final int PRODUCER_CHARS_MAX = 256;

  /** Checks name and numbers. */
  public RequestNumber {
    checkProducer(producer);
    if (epoch < 1 || epoch > EPOCH_MAX || sequence < 1) {
      throw new IllegalArgumentException(
          "epoch and sequence count from 1: epoch=" + epoch + ", sequence=" + sequence);
    }
  }

  /** Checks a name: it goes into a header, so it is ASCII. */
  static void checkProducer(String producer) {
    boolean bad = producer.isBlank() || producer.length() > PRODUCER_CHARS_MAX;
    for (int i = 0; i < producer.length(); i++) {
      bad |= producer.charAt(i) < ' ' || producer.charAt(i) > '~';
    }
    if (bad || !producer.equals(producer.strip())) {
      throw new IllegalArgumentException(
          "producer must be a name of up to 256 printable ASCII characters: producer=" + producer);
    }
  }
}
