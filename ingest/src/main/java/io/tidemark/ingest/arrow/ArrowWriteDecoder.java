package io.tidemark.ingest.arrow;

import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/**
 * Decodes a body that is an Arrow IPC stream into samples of a session; {@link ArrowSamples} tells
 * its forms. A row with an error is refused and noted as {@code row N}, counted from 0 over all
 * batches; all others are stored. Safe from any thread.
 */
public final class ArrowWriteDecoder {
  /** Memory that the decoding may take, as a multiple of the body's length. */
  private static final int MEMORY_FACTOR = 4;

  private static final long MEMORY_MIN = 16 << 20;

  private ArrowWriteDecoder() {}

  /**
   * Decodes a body.
   *
   * @param report gets the stored samples and each refused row
   * @throws HistorianException {@link ErrorCode#MALFORMED} if the body is no such stream from some
   *     place on: what came before is in the session
   */
  public static void decode(byte[] body, WriteSession session, WriteReport report) {
    try (ArenaMemory memory =
            new ArenaMemory(Math.max(MEMORY_MIN, (long) MEMORY_FACTOR * body.length));
        ArrowStreamReader reader =
            new ArrowStreamReader(new ByteArrayInputStream(body), memory.allocator())) {
      ArrowSamples samples = new ArrowSamples(reader.getVectorSchemaRoot(), reader);
      for (long row = 0; reader.loadNextBatch(); ) {
        samples.decode(session, report, row);
        row += reader.getVectorSchemaRoot().getRowCount();
      }
    } catch (OutOfMemoryException e) {
      throw malformed("it claims to be longer than it is", e);
    } catch (HistorianException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw malformed(String.valueOf(e.getMessage()), e);
    }
  }

  private static HistorianException malformed(String why, Exception cause) {
    return new HistorianException(
        ErrorCode.MALFORMED,
        "body is not an Arrow stream: " + why,
        null,
        "send the streaming format of Arrow IPC, without compression",
        cause);
  }
}
