package io.tidemark.storage.manifest;

import io.tidemark.model.HistorianException;
import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A manifest under suspicion, taken apart as far as its bytes make sense, for those who check and
 * print files. Belongs to one thread.
 */
public final class ManifestInspector {
  /** "TMAN". */
  public static final int MAGIC = ManifestStore.MAGIC;

  private final FileBytes file;
  private final EnvelopeCheck.Claim claim;
  private final Consumer<Finding> findings;
  private final EnvelopeCheck.@Nullable Header header;
  private final EnvelopeCheck.@Nullable Footer footer;
  private final @Nullable Manifest manifest;

  /** Reads the file; tells what is wrong with it. */
  public ManifestInspector(FileBytes file, EnvelopeCheck.Claim claim, Consumer<Finding> findings)
      throws IOException {
    this.file = file;
    this.claim = claim;
    this.findings = findings;
    header = EnvelopeCheck.header(file, claim, findings);
    footer = header == null ? null : EnvelopeCheck.footer(file, claim, findings);
    manifest = header != null && header.readable() && bodyIsWhole() ? decode() : null;
  }

  /** Name of the file of a generation. */
  public static String fileName(long generation) {
    return String.format("%s%012d%s", ManifestStore.PREFIX, generation, ManifestStore.SUFFIX);
  }

  private boolean bodyIsWhole() throws IOException {
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

  private @Nullable Manifest decode() throws IOException {
    try {
      Manifest decoded = Manifest.decode(body(), file.name());
      if (header != null && decoded.generation() != header.fileNumber()) {
        findings.accept(
            Finding.damage(file.name(), "manifest is of another generation than its header says")
                .expected(header.fileNumber(), decoded.generation())
                .losing(claim.lost()));
        return null;
      }
      check(decoded);
      return decoded;
    } catch (HistorianException e) {
      findings.accept(
          Finding.damage(file.name(), "manifest makes no sense")
              .expected("", e.messageText())
              .losing(claim.lost()));
      return null;
    }
  }

  private ByteBuffer body() throws IOException {
    long end = footer != null && footer.readable() ? footer.end() : file.length();
    int length =
        (int) Math.min(Integer.MAX_VALUE - 64L, Math.max(0, end - FileEnvelope.HEADER_LENGTH));
    ByteBuffer body = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    return body.put(file.slice(FileEnvelope.HEADER_LENGTH, length)).flip();
  }

  private Finding fault(String what) {
    return Finding.damage(file.name(), what).losing("nothing by itself");
  }

  private void check(Manifest found) {
    Set<Long> numbers = new HashSet<>();
    for (Manifest.Segment segment : found.segments()) {
      checkNumber(segment.id(), found, numbers);
      if (segment.rows() <= 0
          || segment.firstTimeNs() > segment.lastTimeNs()
          || segment.firstOrder() > segment.lastOrder()) {
        findings.accept(fault("segment has senseless bounds").expected("", segment));
      }
      if (segment.lastOrder() >>> 16 > found.coveredSequence()) {
        findings.accept(
            fault("segment holds samples that are to be replayed from the journal too")
                .expected(
                    "sequence<=" + found.coveredSequence(),
                    "segment=" + segment.id() + ", sequence=" + (segment.lastOrder() >>> 16)));
      }
    }
    for (Manifest.Ledger ledger : found.ledgers()) {
      checkNumber(ledger.id(), found, numbers);
    }
  }

  private void checkNumber(long number, Manifest found, Set<Long> numbers) {
    if (!numbers.add(number)) {
      findings.accept(fault("manifest names a file twice").expected("", "fileNumber=" + number));
    }
    if (number >= found.nextFileNumber()) {
      findings.accept(
          fault("manifest names a file whose number is still to be given")
              .expected("fileNumber<" + found.nextFileNumber(), "fileNumber=" + number));
    }
  }

  /** The header, or null if the file is shorter. */
  public EnvelopeCheck.@Nullable Header header() {
    return header;
  }

  /** The footer, or null if there is no header. */
  public EnvelopeCheck.@Nullable Footer footer() {
    return footer;
  }

  /** What it says; null if it is damaged. */
  public @Nullable Manifest manifest() {
    return manifest;
  }

  /** Takes the fields of a manifest. */
  public interface FieldVisitor {
    /**
     * The next field.
     *
     * @param text its content in words
     */
    void field(long offset, String text);
  }

  /** Prints the fields, of a damaged manifest up to what makes no sense. */
  public void fields(FieldVisitor visitor) throws IOException {
    if (header == null) {
      return;
    }
    ByteBuffer in = body();
    while (in.remaining() >= 8) {
      long offset = FileEnvelope.HEADER_LENGTH + (long) in.position();
      int tag = in.getShort();
      int flags = in.getShort();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        visitor.field(offset, "no field: tag=" + tag + ", length=" + length);
        return;
      }
      ByteBuffer data = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      visitor.field(offset, text(tag, flags, data));
      in.position(in.position() + length);
    }
  }

  private static String text(int tag, int flags, ByteBuffer data) {
    return switch (tag) {
      case Manifest.STATE ->
          text(data, "state: ", "generation", "lastTransactionTimeMicros", "nextFileNumber");
      case Manifest.SHARD -> text(data, "shard: ", "#shard", "coveredSequence");
      case Manifest.SEGMENT ->
          text(
              data,
              "segment: ",
              "id",
              "#level",
              "rows",
              "bytes",
              "firstTimeNs",
              "lastTimeNs",
              "firstOrder",
              "lastOrder");
      case Manifest.LEDGER -> text(data, "ledger: ", "id", "#records", "bytes");
      default -> "unknown field: tag=" + tag + ", flags=" + flags + ", length=" + data.limit();
    };
  }

  /** Fields by name: those with # are u32, the others 64 bits wide. */
  private static String text(ByteBuffer data, String kind, String... names) {
    StringJoiner text = new StringJoiner(", ", kind, "");
    for (String name : names) {
      boolean narrow = name.startsWith("#");
      if (data.remaining() < (narrow ? 4 : 8)) {
        return text.add("ends early").toString();
      }
      text.add(
          (narrow ? name.substring(1) : name) + "=" + (narrow ? data.getInt() : data.getLong()));
    }
    return text.toString();
  }
}
