package io.tidemark.query.duckdb;

import java.util.List;

/**
 * Rows of ours that a statement reads. Registered for the life of one statement under a number, see
 * {@link DuckDbInstances#register}. Safe from any thread; a statement may read it more than once.
 */
public interface ScanSource {
  /** What it offers, in a fixed order. */
  List<ScanColumn> columns();

  /** A guess at the number of rows, for the planner. */
  long estimatedRows();

  /**
   * One pass over all rows.
   *
   * @param columns indexes of the columns that are wanted, in the order to fill
   */
  Pass pass(int[] columns);

  /** One pass, shared by its workers. Safe from any thread. */
  interface Pass {
    /** How many workers can share the pass. */
    int workersMax();

    /** A worker for one thread at a time. */
    Worker worker();

    /** A pass that is not shared: all its rows come from this worker. */
    static Pass of(Worker worker) {
      return new Pass() {
        @Override
        public int workersMax() {
          return 1;
        }

        @Override
        public Worker worker() {
          return worker;
        }
      };
    }
  }

  /** Takes units of work until none is left. Used by one thread at a time. */
  interface Worker {
    /** Fills rows from 0 and says how many, at most {@link ScanRows#capacity()}; 0 at the end. */
    int fill(ScanRows rows);
  }
}
