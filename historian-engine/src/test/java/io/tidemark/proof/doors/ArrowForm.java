package io.tidemark.proof.doors;

import io.tidemark.proof.doors.Question.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.jspecify.annotations.Nullable;

/** A stream of Arrow. Float32 samples come widened. */
final class ArrowForm implements RestDoor.Form {
  @Override
  public String name() {
    return "Arrow";
  }

  @Override
  public String parameters(Question question) {
    return "&format=arrow";
  }

  @Override
  public @Nullable String whyNot(Question question) {
    return question.kind() == Kind.EXPLAIN_GAP || question.kind() == Kind.STRETCHES
        ? "the route has one form of an answer"
        : null;
  }

  @Override
  public boolean isJson() {
    return false;
  }

  @Override
  public Row asShown(Question question, Row row) {
    return Columns.withWideSingles(row);
  }

  @Override
  public Answer read(Question question, byte[] body) {
    List<Row> rows = new ArrayList<>();
    try (RootAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(new ByteArrayInputStream(body), allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        for (int i = 0; i < root.getRowCount(); i++) {
          Row row = new Row();
          for (FieldVector vector : root.getFieldVectors()) {
            if (!vector.isNull(i) && !vector.getName().endsWith("uom")) {
              row.set(Columns.camel(vector.getName()), cell(vector, i));
            }
          }
          rows.add(typed(row));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Answer.of(rows);
  }

  private static Object cell(FieldVector vector, int i) {
    Object cell =
        vector instanceof TimeStampNanoTZVector times ? (Object) times.get(i) : vector.getObject(i);
    return switch (cell) {
      case Boolean bool -> bool ? 1L : 0L;
      case org.apache.arrow.vector.util.Text text -> text.toString();
      default -> cell;
    };
  }

  /** Puts the exact whole number in the place of the rounded one. */
  static Row typed(Row row) {
    if (row.get("valueInt") instanceof Long whole) {
      if (!Double.valueOf(whole).equals(row.get("value"))) {
        throw new AssertionError("value is not value_int: " + row);
      }
      row.set("value", whole).without("valueInt");
    }
    return row;
  }
}
