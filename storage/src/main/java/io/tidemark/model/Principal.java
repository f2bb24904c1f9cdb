package io.tidemark.model;

/**
 * Who asks. Every request carries one and every change records it.
 *
 * @param name stable name, stored with each change
 */
public record Principal(String name) {
  /** Somebody on this machine, without credentials. */
  public static final Principal LOCAL_OPERATOR = new Principal("local-operator");

  /** The server itself: demo plant, collectors, maintenance. */
  public static final Principal SYSTEM = new Principal("system");
}
