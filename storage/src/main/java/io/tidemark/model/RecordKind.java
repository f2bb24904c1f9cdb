package io.tidemark.model;

/** What a journal record holds. All kinds share one order. */
public enum RecordKind {
  /** Samples: {@link SampleFrame}. */
  SAMPLES(1),
  /** A new or changed tag definition. */
  TAG(2),
  /** New versions of context objects. */
  CONTEXT(3),
  /** Annotations of samples; reserved. */
  ANNOTATION(4),
  /** Edits of samples with a reason; reserved. */
  EDIT(5),
  /** A principal or client that writes, with the number that frames name it by. */
  PRODUCER(6),
  /** A change of configuration; reserved. */
  CONFIG(7);

  private static final RecordKind[] KINDS = values(); // a frame is asked each time

  private final byte code;

  RecordKind(int code) {
    this.code = (byte) code;
  }

  /** The stored code. */
  public byte code() {
    return code;
  }

  /** The kind of a stored code. */
  public static RecordKind ofCode(int code) {
    for (RecordKind kind : KINDS) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new HistorianException(ErrorCode.CORRUPT, "unknown record kind: code=" + code);
  }
}
