package io.tidemark.storage.manifest;

import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.io.FrameWalk;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A ledger under suspicion, taken apart as far as its bytes make sense, for those who check and
 * print files. Belongs to one thread.
 */
public final class LedgerInspector {
  /** "TLED". */
  public static final int MAGIC = LedgerFile.MAGIC;

  private final FileBytes file;
  private final EnvelopeCheck.Claim claim;
  private final Consumer<Finding> findings;
  private final EnvelopeCheck.@Nullable Header header;
  private final EnvelopeCheck.@Nullable Footer footer;

  /** Reads header and footer; tells what is wrong with them. */
  public LedgerInspector(FileBytes file, EnvelopeCheck.Claim claim, Consumer<Finding> findings)
      throws IOException {
    this.file = file;
    this.claim = claim;
    this.findings = findings;
    header = EnvelopeCheck.header(file, claim, findings);
    footer = header == null ? null : EnvelopeCheck.footer(file, claim, findings);
  }

  /** The header, or null if the file is shorter. */
  public EnvelopeCheck.@Nullable Header header() {
    return header;
  }

  /** The footer, or null if there is no header. */
  public EnvelopeCheck.@Nullable Footer footer() {
    return footer;
  }

  /** Checks the checksum of header and body. */
  public boolean bodyIsWhole() throws IOException {
    if (footer == null || !footer.readable()) {
      return false;
    }
    int actual = file.crc(0, footer.end());
    if (actual != footer.bodyCrc()) {
      findings.accept(
          Finding.damage(file.name(), "checksum of the file differs")
              .expectedCrc(footer.bodyCrc(), actual)
              .losing(claim.lost()));
      return false;
    }
    return true;
  }

  /** Goes through the records, over damaged ones to those behind. */
  public void records(FrameWalk.Visitor visitor) throws IOException {
    long end = footer != null && footer.readable() ? footer.end() : file.length();
    new FrameWalk(file, end, 8, null).run(FileEnvelope.HEADER_LENGTH, visitor);
  }
}
