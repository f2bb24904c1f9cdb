package io.tidemark.query.context;

import java.util.List;

/** Where the SQL projection gets context rows from. Safe from any thread. */
public interface ContextSource {
  /** Rises with every applied change; 0 for an empty store. */
  long generation();

  /** The newest version of every object of the kind that changed after that generation. */
  List<ContextRow> changedSince(ContextKind kind, long generation);

  /** Every version of objects of the kind that was made after that generation, oldest first. */
  List<ContextRow> versionsSince(ContextKind kind, long generation);
}
