package io.tidemark.testing;

import io.tidemark.model.MemoryAccount;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.VersionMode;
import java.time.ZoneId;
import java.util.function.IntPredicate;

/** Contexts of queries without limits. */
public final class QueryContexts {
  private QueryContexts() {}

  /**
   * Sees all tags, newest versions only; no deadline, a gibibyte of memory, the caller's thread.
   */
  public static QueryContext permissive(ReadView view, long nowNs, ZoneId zone) {
    return permissive(view, nowNs, zone, VersionMode.LATEST);
  }

  /** The same with a choice of versions. */
  public static QueryContext permissive(
      ReadView view, long nowNs, ZoneId zone, VersionMode versionMode) {
    return new QueryContext(
        Principal.LOCAL_OPERATOR,
        tagId -> true,
        view,
        nowNs,
        zone,
        versionMode,
        new MemoryAccount(1L << 30),
        Runnable::run,
        () -> 0L,
        Long.MAX_VALUE);
  }

  /** The same for who may read some tags only. */
  public static QueryContext limited(
      ReadView view, long nowNs, ZoneId zone, IntPredicate visibleTags) {
    return new QueryContext(
        Principal.LOCAL_OPERATOR,
        visibleTags,
        view,
        nowNs,
        zone,
        VersionMode.LATEST,
        new MemoryAccount(1L << 30),
        Runnable::run,
        () -> 0L,
        Long.MAX_VALUE);
  }
}
