package io.tidemark.storage.feed;

import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.TimeRange;
import io.tidemark.model.WriteOrder;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Lets others follow the samples of some tags. Nothing is queued: a follower reads the rows between
 * two orders from the store itself, so a slow one costs no memory and one that comes back misses
 * nothing.
 */
public final class ChangeFeed {
  /** Opens a view on the rows after one order, up to another. */
  public interface ViewBetween {
    /** The view; the caller closes it. */
    ReadView open(long afterOrder, long upToOrder);
  }

  /** Takes changes. */
  public interface Sink {
    /** One to 1 024 rows of a tag in source-time order. */
    void accept(int tagId, SampleBlock block);
  }

  /** Rows of one poll that spans more than a few frames. */
  private static final int ROWS_MAX = 50_000;

  /** Frames that a poll takes without counting their rows: at most 262 144 samples. */
  private static final int FRAMES_UNCOUNTED = 4;

  private final UUID storeId;
  private final ViewBetween views;
  private final LongSupplier syncedOrder;

  /** A feed over a store. */
  public ChangeFeed(UUID storeId, ViewBetween views, LongSupplier syncedOrder) {
    this.storeId = storeId;
    this.views = views;
    this.syncedOrder = syncedOrder;
  }

  /** Identity of the store, part of every resume token. */
  public UUID storeId() {
    return storeId;
  }

  /** Order up to which changes are committed. */
  public long committedOrder() {
    return syncedOrder.getAsLong();
  }

  /** Follows tags from after the given order. */
  public Follower follow(int[] tagIds, long afterOrder) {
    return new Follower(tagIds.clone(), afterOrder);
  }

  /** One follower; belongs to one thread at a time. */
  public final class Follower {
    private final int[] tagIds;
    private final SampleBlock block = new SampleBlock();
    private long order;

    private Follower(int[] tagIds, long afterOrder) {
      this.tagIds = tagIds;
      this.order = afterOrder;
    }

    /**
     * Delivers the versions committed since the last call, or a part of them if they are many: the
     * next call goes on.
     *
     * @param contexts makes a context, which must ask for all versions, over a view
     * @return how many samples
     */
    public int poll(Function<ReadView, QueryContext> contexts, Sink sink) {
      long committed = committedOrder();
      if (committed <= order) {
        return 0;
      }
      long upTo = part(contexts, committed);
      int delivered = 0;
      try (ReadView view = views.open(order, upTo)) {
        QueryContext context = contexts.apply(view);
        for (int tagId : tagIds) {
          try (SampleCursor cursor = view.scan(context, tagId, TimeRange.ALL, Direction.FORWARD)) {
            for (int count; (count = cursor.next(block)) > 0; ) {
              sink.accept(tagId, block);
              delivered += count;
            }
          }
        }
      }
      order = upTo;
      return delivered;
    }

    /**
     * Order up to which one call may deliver. A few frames are taken as they are; a longer way, as
     * after a resume from long ago, is counted first and cut until it is short enough.
     */
    private long part(Function<ReadView, QueryContext> contexts, long committed) {
      long from = WriteOrder.journalSequence(order);
      long frames = WriteOrder.journalSequence(committed) - from;
      long upTo = committed;
      while (frames > FRAMES_UNCOUNTED && exceeds(contexts, upTo)) {
        frames = Math.max(FRAMES_UNCOUNTED, frames / 8);
        upTo = WriteOrder.lastOf(from + frames);
      }
      return upTo;
    }

    private boolean exceeds(Function<ReadView, QueryContext> contexts, long upTo) {
      long rows = 0;
      try (ReadView view = views.open(order, upTo)) {
        QueryContext context = contexts.apply(view);
        for (int tagId : tagIds) {
          try (SampleCursor cursor = view.scan(context, tagId, TimeRange.ALL, Direction.FORWARD)) {
            for (int count; (count = cursor.next(block)) > 0; ) {
              rows += count;
              if (rows > ROWS_MAX) {
                return true;
              }
            }
          }
        }
      }
      return false;
    }

    /** Order up to which everything was delivered. */
    public long order() {
      return order;
    }
  }
}
