package io.tidemark.wire.http;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.StateRow;
import io.tidemark.query.retrieval.BlockSink;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SideBySide;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.time.Windows;
import io.tidemark.wire.http.ValuesQuestion.TagError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer to a {@link ValuesQuestion} and has it written, tag by tag or, if it is wide,
 * time by time. What is short enough to be held is made side by side on the query's threads; the
 * rest streams. One thread; used once.
 */
final class ValuesAnswer {
  private static final int INTERVALS_AT_ONCE = 1_024;

  /* Of tables, which are small objects each. */
  private static final int ROWS_AT_ONCE = 65_536;

  /* Fewer are not worth another thread. */
  private static final int INTERVALS_AT_LEAST = 256;
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** Memory of a wide column, in bytes. */
  private static final long COLUMN_BYTES = 46L * WideColumn.ROWS_MAX;

  private final HistorianQueries queries;
  private final ValuesQuestion question;
  private final Retrieval retrieval;
  private final QueryContext context;
  private final ValuesEncoder encoder;
  private final List<TagError> errors;

  ValuesAnswer(
      HistorianQueries queries,
      ValuesQuestion question,
      Retrieval retrieval,
      QueryContext context,
      ValuesEncoder encoder) {
    this.queries = queries;
    this.question = question;
    this.retrieval = retrieval;
    this.context = context;
    this.encoder = encoder;
    this.errors = new ArrayList<>(question.errors());
  }

  /** Writes all of it. */
  void write() throws IOException {
    encoder.begin();
    if (question.wide()) {
      writeWide();
    } else {
      writeLong();
    }
    encoder.end(errors);
  }

  private void writeLong() throws IOException {
    List<TagDefinition> tags = question.tags();
    Windows windows = question.windows();
    boolean isShort =
        retrieval instanceof Retrieval.Plot
            || retrieval instanceof Retrieval.BestFit
            || (retrieval instanceof Retrieval.Summary
                && windows != null
                && windows.count() <= INTERVALS_AT_ONCE);
    if (!isShort || tags.size() == 1) {
      for (TagDefinition tag : tags) {
        new TagAnswer(tag).write(null);
      }
      return;
    }
    SideBySide.map(
        context, tags, 2 * CORES, this::make, made -> new TagAnswer(made.tag).write(made));
  }

  /** A tag's answer, or why there is none, made before it is written. */
  private record Made(
      TagDefinition tag,
      List<SummaryRow> rows,
      List<SampleBlock> blocks,
      @Nullable HistorianException failure) {}

  private Made make(TagDefinition tag) {
    List<SampleBlock> blocks = new ArrayList<>();
    try {
      Windows windows = question.windows();
      if (windows != null && retrieval instanceof Retrieval.Summary summary) {
        List<SummaryRow> rows = new ArrayList<>();
        for (int from = 0; from < windows.count(); from += step(windows)) {
          rows.addAll(rows(tag, windows, from, summary));
        }
        return new Made(tag, rows, blocks, null);
      }
      queries.read(
          retrieval,
          question.stored(tag),
          context,
          question.sink(tag, block -> blocks.add(SampleBlock.copyOf(block))));
      return new Made(tag, List.of(), blocks, null);
    } catch (HistorianException e) {
      return new Made(tag, List.of(), blocks, e);
    }
  }

  /** Windows that are read in one pass. */
  private static int step(Windows windows) {
    if (!windows.isContiguous()) {
      return 1;
    }
    int share = Math.ceilDiv(windows.count(), CORES);
    return Math.clamp(share, INTERVALS_AT_LEAST, INTERVALS_AT_ONCE);
  }

  /** The first window of each pass, in the order of the answer. */
  private List<Integer> lots(Windows windows) {
    int step = step(windows);
    int lots = Math.ceilDiv(windows.count(), step);
    return IntStream.range(0, lots)
        .mapToObj(lot -> step * (question.descending() ? lots - 1 - lot : lot))
        .toList();
  }

  /** Rows of the windows from one on, as many as are read in one pass. */
  private List<SummaryRow> rows(
      TagDefinition tag, Windows windows, int from, Retrieval.Summary summary) {
    int to = Math.min(windows.count(), from + step(windows));
    Retrieval.Summary some = summary.part(windows.edgesNs(from, to), to == windows.count());
    long[] stretches = question.stretchesNs();
    TagDefinition stored = question.stored(tag);
    return question.rows(
        tag,
        stretches == null
            ? queries.summarize(some, stored, context)
            : queries.summarizeWithin(stretches, some, stored, context));
  }

  /** Reads all tags for some times, then writes those rows: memory does not grow with the times. */
  private void writeWide() throws IOException {
    List<WideColumn> columns = new ArrayList<>();
    List<BlockSink> sinks = new ArrayList<>();
    long bytes = (question.tags().size() + question.unitChanges().size()) * COLUMN_BYTES;
    context.memory().reserve(bytes);
    try {
      for (TagDefinition tag : question.tags()) {
        WideColumn column = new WideColumn(tag);
        columns.add(column);
        sinks.add(question.sink(tag, column));
      }
      long[] times = question.timesNs();
      for (int from = 0; from < times.length; from += WideColumn.ROWS_MAX) {
        long[] some =
            Arrays.copyOfRange(times, from, Math.min(times.length, from + WideColumn.ROWS_MAX));
        for (int i = 0; i < columns.size(); i++) {
          WideColumn column = columns.get(i);
          column.clear();
          queries.read(at(some), question.stored(column.tag()), context, sinks.get(i));
          if (column.rowCount() != some.length) {
            throw new IllegalStateException(
                "rows do not fit the times: rows=" + column.rowCount() + ", times=" + some.length);
          }
        }
        encoder.rows(some, columns);
      }
    } finally {
      context.memory().release(bytes);
    }
  }

  private Retrieval at(long[] timesNs) {
    return switch (retrieval) {
      case Retrieval.AtTimes all -> new Retrieval.AtTimes(timesNs, all.mode(), all.rule());
      case Retrieval.Interpolated grid -> new Retrieval.Interpolated(timesNs, grid.rule());
      default -> throw new IllegalArgumentException("has no times of its own: " + retrieval);
    };
  }

  /** The answer for one tag of a long layout. */
  private final class TagAnswer implements BlockSink {
    private final TagDefinition tag;
    private int toSkip = question.skip();
    private int left = question.limit();
    private boolean begun;

    /* The last sample that was written, and how many of its time were. */
    private long lastNs;
    private int ofLastTime;

    TagAnswer(TagDefinition tag) {
      this.tag = tag;
    }

    /** Writes it; an error of the question that comes before any value goes to the list. */
    void write(@Nullable Made made) throws IOException {
      boolean more = false;
      try {
        Windows windows = question.windows();
        if (made != null) {
          take(made);
        } else if (windows != null && retrieval instanceof Retrieval.Summary summary) {
          summarize(windows, summary);
        } else if (windows != null && retrieval instanceof Retrieval.Processed processed) {
          process(windows, processed);
        } else if (windows != null && !question.mode().columns().isEmpty()) {
          table(windows);
        } else {
          queries.read(
              retrieval, question.stored(tag), context, question.sink(tag, question.within(this)));
        }
      } catch (EnoughException e) {
        more = true;
      } catch (HistorianException e) {
        if (begun || e.code().kind() != ErrorCode.Kind.USER) {
          throw e;
        }
        errors.add(new TagError(tag.name(), e.code(), e.messageText()));
        return;
      }
      begin();
      encoder.endTag(more, more ? cursor() : null);
    }

    private void begin() throws IOException {
      if (!begun) {
        begun = true;
        encoder.beginTag(tag);
      }
    }

    private void take(Made made) throws IOException {
      if (made.failure != null) {
        throw made.failure;
      }
      made.blocks.forEach(this::accept);
      if (!made.rows.isEmpty()) {
        begin();
        write(made.rows, 0);
      }
    }

    /** Counters and states. */
    private void table(Windows windows) throws IOException {
      TagDefinition stored = question.stored(tag);
      // In one pass as far as possible: a meter remembers across intervals what it was reset from.
      int step = windows.isContiguous() ? ROWS_AT_ONCE : 1;
      for (int from = 0; from < windows.count(); from += step) {
        context.check();
        int to = Math.min(windows.count(), from + step);
        long[] edges = windows.edgesNs(from, to);
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (retrieval instanceof Retrieval.Counters asked) {
          int window = from;
          Retrieval.Counters some = new Retrieval.Counters(edges, asked.rule());
          for (CounterRow row : queries.counters(some, stored, context)) {
            rows.add(IntervalTable.cells(row, windows.label(window++)));
          }
        } else {
          int window = from;
          for (StateRow row : queries.states(new Retrieval.States(edges), stored, context)) {
            while (windows.startNs(window) < row.startNs()) {
              window++;
            }
            rows.add(IntervalTable.cells(row, windows.label(window)));
          }
        }
        begin();
        encoder.table(tag, rows);
      }
    }

    private void process(Windows windows, Retrieval.Processed asked) {
      for (int from : lots(windows)) {
        int to = Math.min(windows.count(), from + step(windows));
        queries.read(
            new Retrieval.Processed(
                asked.aggregate(),
                asked.configuration(),
                windows.edgesNs(from, to),
                asked.backwards()),
            question.stored(tag),
            context,
            this);
      }
    }

    /** Lots of windows are aggregated side by side, and written in their order. */
    private void summarize(Windows windows, Retrieval.Summary summary) throws IOException {
      SideBySide.map(
          context,
          lots(windows),
          2 * CORES,
          from -> new Lot(from, rows(tag, windows, from, summary)),
          lot -> {
            begin();
            write(lot.rows, lot.from);
          });
    }

    /** Rows of some windows. */
    private record Lot(int from, List<SummaryRow> rows) {}

    private void write(List<SummaryRow> rows, int from) throws IOException {
      if (question.descending()) {
        encoder.summaries(tag, rows.reversed(), from + rows.size() - 1, -1);
      } else {
        encoder.summaries(tag, rows, from, 1);
      }
    }

    @Override
    public void accept(SampleBlock block) {
      try {
        begin();
        skip(block);
        int count = Math.min(left, block.count());
        encoder.samples(tag, block, count);
        note(block, count);
        left -= count;
        if (count < block.count()) {
          throw new EnoughException();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Leaves out what an earlier answer had. */
    private void skip(SampleBlock block) {
      int skipped = 0;
      while (skipped < toSkip
          && skipped < block.count()
          && block.sourceTimesNs()[skipped] == question.firstNs()) {
        skipped++;
      }
      toSkip -= skipped;
      if (skipped < block.count()) {
        toSkip = 0;
      }
      if (skipped > 0) {
        block.keepRange(skipped, block.count());
        lastNs = question.firstNs();
        ofLastTime = question.skip() - toSkip;
      }
    }

    private void note(SampleBlock block, int count) {
      if (question.limit() == Integer.MAX_VALUE || count == 0) {
        return;
      }
      long last = block.sourceTimesNs()[count - 1];
      int same = 0;
      while (same < count && block.sourceTimesNs()[count - 1 - same] == last) {
        same++;
      }
      ofLastTime = same == count && last == lastNs ? ofLastTime + same : same;
      lastNs = last;
    }

    private @Nullable String cursor() {
      TimeRange range = question.range();
      if (range == null
          || !(retrieval instanceof Retrieval.Recorded recorded)
          || recorded.bounds() != Retrieval.Bounds.INSIDE) {
        return null;
      }
      TimeRange rest =
          question.descending()
              ? new TimeRange(range.startNs(), lastNs + 1)
              : new TimeRange(lastNs, range.endNs());
      return new RecordedCursor(
              tag.id(),
              rest,
              question.descending(),
              ofLastTime,
              question.limit(),
              question.dataVersion())
          .text();
    }
  }

  /** Leaves a read once the limit of the request is reached. */
  private static final class EnoughException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EnoughException() {
      super("limit reached", null, false, false);
    }
  }
}
