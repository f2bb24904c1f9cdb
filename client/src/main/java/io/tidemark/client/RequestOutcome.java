package io.tidemark.client;

import java.util.List;

/**
 * What became of a request.
 *
 * @param status of the answer that decided; 0 for {@link Kind#CLOSED}
 * @param refusedCount samples that the server refused; {@code refused} may hold fewer
 * @param refused the first of them
 * @param code the server's word for an error, such as {@code FORBIDDEN}; empty without one
 * @param message of the error; empty without one
 * @param attempts how often it was sent
 */
public record RequestOutcome(
    Kind kind,
    int status,
    long refusedCount,
    List<RefusedItem> refused,
    String code,
    String message,
    int attempts) {
  /** Kinds of outcomes. */
  public enum Kind {
    /** All of it is stored. */
    STORED,
    /** All of it is stored but the items that the server names. */
    PARTLY_STORED,
    /** The server will not take it, however often it is sent. */
    REFUSED,
    /** The sender was closed before the outcome was known: it may be stored or not. */
    CLOSED
  }

  /** The server has a greater epoch of this producer: somebody else uses its name. */
  public static final String EPOCH_FENCED = "EPOCH_FENCED";

  /** The number is not the one that the server expects next. */
  public static final String SEQUENCE_GAP = "SEQUENCE_GAP";

  /** Keeps the list as it is. */
  public RequestOutcome {
    refused = List.copyOf(refused);
  }

  static RequestOutcome closed(int attempts) {
    return new RequestOutcome(Kind.CLOSED, 0, 0, List.of(), "", "", attempts);
  }

  /** Whether the server has it. */
  public boolean isStored() {
    return kind == Kind.STORED || kind == Kind.PARTLY_STORED;
  }

  /**
   * Whether the server refused it before it read any of it, so that its number is free for another
   * request.
   */
  public boolean isNumberFree() {
    return switch (status) {
      case 401, 404, 405, 411, 413, 415, 421, 431 -> kind == Kind.REFUSED;
      case 403 -> kind == Kind.REFUSED && !code.equals(EPOCH_FENCED);
      default -> false;
    };
  }
}
