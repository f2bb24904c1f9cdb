package io.tidemark.query.arrow;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes rows of SQL values as one Arrow IPC stream. */
public final class ArrowRows {
  private ArrowRows() {}

  /** Writes all rows. */
  public static void write(ResultHead head, RunSource rows, OutputStream out) throws IOException {
    List<ArrowPageWriter.Column> fields = head.fields();
    RunCopy copy = new RunCopy(rows, fields);
    try (ArrowPageWriter writer = new ArrowPageWriter(fields, head.metadata(), out)) {
      for (int count = rows.nextRun(); count > 0; count = rows.nextRun()) {
        writer.beginRun(count);
        copy.copy(writer.page(), count);
        writer.endRun(0);
      }
      writer.end();
    }
  }
}
