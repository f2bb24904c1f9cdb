package io.tidemark.query.retrieval;

import io.tidemark.model.QueryContext;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

/**
 * Makes the answers of several tags side by side on the threads of a query, and hands them over in
 * order. The calling thread helps: what no other thread has begun it does itself, so an executor
 * that is busy, or runs everything at once, costs nothing but time.
 */
public final class SideBySide {
  /** Takes answers. */
  public interface Taker<R> {
    /** Called on the calling thread, in the order of the items. */
    void take(R answer) throws IOException;
  }

  private SideBySide() {}

  /**
   * Makes an answer of each item.
   *
   * @param ahead most answers that are made before they are taken: they are held in memory
   * @param maker called on several threads at a time; what it throws is thrown here, in its turn
   */
  public static <T, R> void map(
      QueryContext context, List<T> items, int ahead, Function<T, R> maker, Taker<R> taker)
      throws IOException {
    Queue<FutureTask<R>> begun = new ArrayDeque<>();
    Iterator<T> rest = items.iterator();
    try {
      while (rest.hasNext() || !begun.isEmpty()) {
        while (rest.hasNext() && begun.size() < ahead) {
          T item = rest.next();
          FutureTask<R> task = new FutureTask<>(() -> maker.apply(item));
          begun.add(task);
          if (items.size() > 1) {
            context.executor().execute(task);
          }
        }
        FutureTask<R> first = begun.remove();
        first.run(); // unless another thread has begun it: then the next one, meanwhile
        for (FutureTask<R> other : begun) {
          if (first.isDone()) {
            break;
          }
          other.run();
        }
        taker.take(answer(first, context));
      }
    } finally {
      begun.forEach(task -> task.cancel(false)); // those that run end by themselves
    }
  }

  private static <R> R answer(FutureTask<R> task, QueryContext context) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          context.cancel(); // what is being made ends at its next block
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException known) {
            throw known;
          }
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
