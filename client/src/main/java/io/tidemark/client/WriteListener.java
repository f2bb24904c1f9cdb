package io.tidemark.client;

import java.util.List;

/**
 * Hears what was not stored. Called by the client's thread: what takes long here keeps samples
 * waiting, and the client's own methods must not be called from it.
 */
public interface WriteListener {
  /** Does nothing: who wants figures asks {@link TidemarkClient#statistics}. */
  WriteListener NONE =
      new WriteListener() {
        @Override
        public void itemsRefused(List<RefusedItem> items, long count) {}

        @Override
        public void requestRefused(RequestOutcome outcome, long samples) {}
      };

  /**
   * Samples were refused one by one, the others of the request are stored.
   *
   * @param items the first of them
   * @param count how many there are
   */
  void itemsRefused(List<RefusedItem> items, long count);

  /**
   * A request was refused as a whole and given up, or the client was closed before its outcome was
   * known.
   *
   * @param samples that were in it
   */
  void requestRefused(RequestOutcome outcome, long samples);
}
