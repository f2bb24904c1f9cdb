package io.tidemark.storage;

import io.tidemark.model.RecordKind;

/** Takes the records that the store keeps but does not read, in journal order, while it opens. */
public interface RecordListener {
  /**
   * A record.
   *
   * @param principal name of who wrote it
   * @param transactionTimeMicros when it was committed, microseconds since the epoch
   */
  void onRecord(
      RecordKind kind,
      byte[] payload,
      String principal,
      long transactionTimeMicros,
      long journalSequence);
}
