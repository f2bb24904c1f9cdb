package io.tidemark.demo;

/** Hears how far the filling of history is. Called on the thread that fills. */
public interface FillProgress {
  /**
   * A step was done.
   *
   * @param what what is being filled, for people, for example {@code last 24 h}
   * @param done hours of history filled
   * @param total hours of history in all
   */
  void report(String what, long done, long total);
}
