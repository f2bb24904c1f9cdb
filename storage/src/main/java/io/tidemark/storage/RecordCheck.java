package io.tidemark.storage;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.catalog.TagTable;
import io.tidemark.model.HistorianException;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.io.Finding;
import java.util.HashSet;
import java.util.Set;

/** Checks what records and frames mean, and learns the tags from them. One thread. */
final class RecordCheck {
  private final StoreVerifier verifier;
  private final CheckTally tally;
  private final TagTable tags = new TagTable();
  private final Set<Integer> undefined = new HashSet<>();

  RecordCheck(StoreVerifier verifier, CheckTally tally) {
    this.verifier = verifier;
    this.tally = tally;
  }

  TagTable tags() {
    return tags;
  }

  /**
   * Checks a record that is not samples.
   *
   * @param offset in the file, or -1 if it is not known
   */
  void record(SampleFrame frame, String file, long offset) {
    String kind = "?";
    try {
      kind = frame.kind().name();
      switch (frame.kind()) {
        case TAG -> tags.apply(CatalogRecord.decodeTag(frame.payload()));
        case PRODUCER -> CatalogRecord.decodeProducer(frame.payload());
        case CONTEXT -> {
          if (verifier.mode() == StoreVerifier.Mode.DEEP) {
            verifier.context().check(frame.payload());
          }
        }
        case SAMPLES ->
            accept(offset, Finding.damage(file, "samples are where only other records belong"));
        default -> {
          // Reserved kinds: the frame's checksum is all there is.
        }
      }
    } catch (RuntimeException e) {
      accept(
          offset,
          Finding.damage(file, "record cannot be decoded")
              .expected(
                  "kind=" + kind + ", sequence=" + frame.journalSequence(),
                  e instanceof HistorianException known ? known.messageText() : e)
              .losing("the version of a tag, a writer or a context object that it holds"));
    }
  }

  /** Checks the rows of a frame of samples. */
  void samples(SampleFrame frame, String file, long offset) {
    int row = 0;
    try {
      frame.openRows();
      for (; row < frame.rowCount(); row++) {
        frame.checkRow(row);
        int tagId = frame.tagId(row);
        if (tags.byId(tagId) == null && undefined.add(tagId)) {
          accept(
              offset,
              Finding.damage(file, "tag is not defined before its samples")
                  .ofTag(tagId, null)
                  .between(frame.timeNs(row), frame.timeNs(row))
                  .losing("name and definition of the tag, and so the way to its samples"));
        }
      }
    } catch (RuntimeException e) {
      accept(
          offset,
          Finding.damage(file, "samples of a frame cannot be decoded")
              .expected(
                  "sequence=" + frame.journalSequence() + ", row=" + row,
                  e instanceof HistorianException known ? known.messageText() : e)
              .losing((frame.rowCount() - row) + " samples"));
    }
  }

  private void accept(long offset, Finding finding) {
    tally.accept(offset < 0 ? finding : finding.at(offset));
  }

  /** Checks a frame of the journal, whatever it holds. */
  void frame(SampleFrame frame, String file, long offset) {
    boolean samples;
    try {
      samples = frame.kind() == RecordKind.SAMPLES;
    } catch (HistorianException e) {
      samples = false;
    }
    if (!samples) {
      record(frame, file, offset);
    } else if (verifier.mode() == StoreVerifier.Mode.DEEP) {
      samples(frame, file, offset);
    }
  }
}
