package io.tidemark.query.sql;

import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.context.ContextColumn;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextSource;
import io.tidemark.query.duckdb.DuckDbSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the executor's tables of tags and context as their sources are: what changed since the last
 * statement is staged and replaces the old rows, in one transaction. Starts over when the instance
 * is a new one. Safe from any thread.
 */
final class ContextProjection {
  private static final int KEPT_MAX = 64;
  private static final int KEPT_ROWS_MAX = 20_000;

  private final TagCatalog tags;
  private final ContextSource context;
  private long instanceNumber = -1;
  private long tagGeneration = -1;
  private long contextGeneration;
  private long historyGeneration;
  private long changes;
  private final Map<String, List<List<@Nullable Object>>> answers = new HashMap<>();

  ContextProjection(TagCatalog tags, ContextSource context) {
    this.tags = tags;
    this.context = context;
  }

  /**
   * Brings the tables of the session's instance up to date and opens a transaction in it, so that
   * all parts of a statement see one state of them. The session's close ends it.
   *
   * @param withHistory whether the tables of all versions are needed too
   * @return the number of that state
   */
  synchronized long begin(DuckDbSession session, boolean withHistory) {
    if (withHistory) {
      refreshHistory(session);
    } else {
      refresh(session);
    }
    session.begin();
    session.execute("SELECT 1 FROM " + Relations.TAG_TABLE + " LIMIT 0"); // takes the snapshot now
    return changes;
  }

  /** Brings the tables of the session's instance up to date. */
  synchronized void refresh(DuckDbSession session) {
    if (session.instanceNumber() != instanceNumber) {
      instanceNumber = session.instanceNumber();
      tagGeneration = -1;
      contextGeneration = 0;
      historyGeneration = 0;
    }
    long tagsNow = tags.generation();
    long contextNow = context.generation();
    if (tagsNow == tagGeneration && contextNow == contextGeneration) {
      return;
    }
    changes++;
    answers.clear();
    session.begin();
    try {
      if (tagsNow != tagGeneration) {
        replaceTags(session);
      }
      if (contextNow != contextGeneration) {
        for (ContextKind kind : ContextKind.values()) {
          List<ContextRow> changed = context.changedSince(kind, contextGeneration);
          if (!changed.isEmpty()) {
            replace(session, kind, changed);
          }
        }
      }
      session.commit();
    } finally {
      session.rollback();
    }
    tagGeneration = tagsNow;
    contextGeneration = contextNow;
  }

  /**
   * Rows of a statement over these tables and nothing else, which need not be asked for again until
   * they change.
   *
   * @param state what {@link #begin} said
   * @param key all that the rows depend on beside the tables
   * @param ask runs it
   */
  List<List<@Nullable Object>> rows(
      long state, String key, Supplier<List<List<@Nullable Object>>> ask) {
    synchronized (this) {
      List<List<@Nullable Object>> known = changes == state ? answers.get(key) : null;
      if (known != null) {
        return known;
      }
    }
    List<List<@Nullable Object>> rows = ask.get();
    synchronized (this) {
      if (changes == state && rows.size() <= KEPT_ROWS_MAX) {
        if (answers.size() >= KEPT_MAX) {
          answers.clear();
        }
        answers.put(key, rows);
      }
    }
    return rows;
  }

  /** Brings the tables of all versions up to date; they are empty until somebody asks for one. */
  private void refreshHistory(DuckDbSession session) {
    refresh(session);
    long now = context.generation();
    if (now == historyGeneration) {
      return;
    }
    session.begin();
    try {
      for (ContextKind kind : ContextKind.values()) {
        List<ContextRow> versions = context.versionsSince(kind, historyGeneration);
        if (!versions.isEmpty()) {
          addVersions(session, kind, versions);
        }
      }
      session.commit();
    } finally {
      session.rollback();
    }
    historyGeneration = now;
  }

  private static void addVersions(
      DuckDbSession session, ContextKind kind, List<ContextRow> versions) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (ContextRow version : versions) {
      List<@Nullable Object> row = staged(version);
      row.add(version.journalSequence());
      rows.add(row);
    }
    String stage = Relations.historyStage(kind);
    String history = Relations.history(kind);
    String key = kind.columns().getFirst().name();
    String from = Relations.FROM_SEQUENCE;
    String until = Relations.UNTIL_SEQUENCE;
    session.execute("DELETE FROM " + stage);
    session.append(stage, rows);
    session.execute(
        "UPDATE %s h SET %s = n.first FROM (SELECT %s AS id, min(%s) AS first FROM %s GROUP BY %s) n WHERE h.%s = n.id AND h.%s = %d"
            .formatted(history, until, key, from, stage, key, key, until, Long.MAX_VALUE));
    session.execute(
        "INSERT INTO %s SELECT %s, %s, coalesce(lead(%s) OVER (PARTITION BY %s ORDER BY version), %d) FROM %s"
            .formatted(history, Relations.fromStage(kind), from, from, key, Long.MAX_VALUE, stage));
    session.execute("DELETE FROM " + stage);
  }

  private void replaceTags(DuckDbSession session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (TagDefinition tag : tags.all()) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(tag.name());
      row.add(tag.id());
      row.add(tag.type().label());
      row.add(tag.uom());
      row.add(tag.description());
      row.add(tag.stepped());
      row.add(Double.isNaN(tag.rangeLow()) ? null : tag.rangeLow());
      row.add(Double.isNaN(tag.rangeHigh()) ? null : tag.rangeHigh());
      row.add(tag.states());
      row.add(tag.duplicates().label());
      row.add(tag.forecast());
      row.add(tag.version());
      row.add(tag.changedBy());
      row.add(tag.changedAtMicros());
      rows.add(row);
    }
    session.execute("DELETE FROM tidemark_stage_tags");
    session.append("tidemark_stage_tags", rows);
    session.execute("DELETE FROM " + Relations.TAG_TABLE);
    session.execute(
        "INSERT INTO "
            + Relations.TAG_TABLE
            + " SELECT tag, tag_id, type, uom, description, step, range_low, range_high, states,"
            + " duplicates, forecast, version, changed_by, make_timestamptz(changed_us) FROM"
            + " tidemark_stage_tags");
    session.execute("DELETE FROM tidemark_stage_tags");
  }

  private static List<@Nullable Object> staged(ContextRow row) {
    List<ContextColumn> columns = row.kind().columns();
    List<@Nullable Object> staged = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Object value = row.values().get(i);
      if (columns.get(i).type() == ContextColumn.Type.TIME) {
        staged.add(value == null ? null : TimeConstant.microsOfNanos((Long) value));
      }
      staged.add(value);
    }
    staged.add(row.version());
    staged.add(row.changedBy());
    staged.add(row.changedAtMicros());
    return staged;
  }

  private static void replace(DuckDbSession session, ContextKind kind, List<ContextRow> changed) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (ContextRow row : changed) {
      rows.add(staged(row));
    }
    String stage = Relations.stage(kind);
    String key = kind.columns().getFirst().name();
    session.execute("DELETE FROM " + stage);
    session.append(stage, rows);
    session.execute(
        "DELETE FROM "
            + kind.relation()
            + " WHERE "
            + key
            + " IN (SELECT "
            + key
            + " FROM "
            + stage
            + ")");
    session.execute(
        "INSERT INTO "
            + kind.relation()
            + " SELECT "
            + Relations.fromStage(kind)
            + " FROM "
            + stage);
    session.execute("DELETE FROM " + stage);
  }
}
