package io.tidemark.csv;

import io.tidemark.csv.TimeText.Shape;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides from all times of a column how they are written, and refuses columns that leave it open
 * or contradict themselves.
 *
 * <p>Which number of {@code 03/04/2018} is the day: a number above 12 says it; else the order of
 * the rows does, if one reading goes forward in small steps and the other jumps; else nobody knows
 * and the file is refused. Where numbers above 12 have said it, a row that jumps by ten days or
 * more while its swapped reading would continue the row before (within two days) contradicts them.
 */
final class TimeEvidence {
  private static final long SECONDS_PER_DAY = 86_400;
  private static final long JUMP_SECONDS = 10 * SECONDS_PER_DAY;
  private static final long CONTINUE_SECONDS = 2 * SECONDS_PER_DAY;

  private static final String REMEDY =
      "say --time-format, for example dmy, mdy, iso or 'dd/MM/yyyy HH:mm'; rows of another format"
          + " are then reported one by one";

  private final TimeText text = new TimeText();
  private final @Nullable Place[] firstOfShape = new @Nullable Place[Shape.values().length];
  private final Reading dayFirst = new Reading();
  private final Reading monthFirst = new Reading();
  private @Nullable Place firstUnread;

  /** A time and where it stands. */
  private record Place(long line, String text) {
    @Override
    public String toString() {
      return "line " + line + " " + ErrorText.quote(text);
    }
  }

  /** What speaks for and against one reading of day and month. */
  private static final class Reading {
    /** First time that only this reading makes possible. */
    private @Nullable Place proof;

    /** First time that steps back in this reading. */
    private @Nullable Place firstBack;

    /** First time that jumps in this reading and continues in the other. */
    private @Nullable Place firstSwapped;

    private @Nullable Place beforeSwapped;
    private @Nullable Place previous;
    private @Nullable Place firstJump;

    void see(Place place, long before, long now, long other) {
      if (before != TimeText.NO_TIME && now != TimeText.NO_TIME) {
        long step = now - before;
        if (step < 0 && firstBack == null) {
          firstBack = place;
        }
        if (Math.abs(step) >= JUMP_SECONDS) {
          if (firstJump == null) {
            firstJump = place;
          }
          long otherStep = other - before;
          if (firstSwapped == null
              && other != TimeText.NO_TIME
              && otherStep >= 0
              && otherStep <= CONTINUE_SECONDS) {
            firstSwapped = place;
            beforeSwapped = previous;
          }
        }
      }
      previous = place;
    }

    boolean isSmooth() {
      return firstBack == null && firstJump == null;
    }

    Place firstDoubt() {
      Place doubt = firstBack != null ? firstBack : firstJump;
      return doubt != null ? doubt : new Place(0, "");
    }
  }

  /** Takes the time of a row; the track is that of its tag. */
  void see(String cell, long line, TimeTrack track) {
    Shape shape = text.read(cell);
    if (shape == Shape.NONE) {
      if (firstUnread == null) {
        firstUnread = new Place(line, cell);
      }
      return;
    }
    if (firstOfShape[shape.ordinal()] == null) {
      firstOfShape[shape.ordinal()] = new Place(line, cell);
    }
    if (!shape.isSwappable()) {
      return;
    }
    long byDay = text.localSecond(true);
    long byMonth = text.localSecond(false);
    Place place = new Place(line, cell);
    if (byMonth == TimeText.NO_TIME && byDay != TimeText.NO_TIME && dayFirst.proof == null) {
      dayFirst.proof = place;
    }
    if (byDay == TimeText.NO_TIME && byMonth != TimeText.NO_TIME && monthFirst.proof == null) {
      monthFirst.proof = place;
    }
    dayFirst.see(place, track.dayFirst, byDay, byMonth);
    monthFirst.see(place, track.monthFirst, byMonth, byDay);
    track.dayFirst = byDay;
    track.monthFirst = byMonth;
  }

  /** Whether an option is a word that leaves the shape of times open. */
  static boolean isWord(String option) {
    return switch (option.toLowerCase(Locale.ROOT)) {
      case "iso", "dmy", "mdy", "number" -> true;
      default -> false;
    };
  }

  /**
   * The format of the column.
   *
   * @param option a word that settles what the times leave open, or null
   * @param notes gets what a person should know
   * @throws HistorianException {@link ErrorCode#BAD_TIME} naming the lines in conflict.
   */
  TimeFormat decide(String column, @Nullable String option, List<String> notes) {
    if (option != null) {
      return decideBy(option, column);
    }
    List<Shape> shapes = new ArrayList<>();
    for (Shape shape : Shape.values()) {
      if (firstOfShape[shape.ordinal()] != null) {
        shapes.add(shape);
      }
    }
    if (shapes.isEmpty()) {
      throw refuse(
          column,
          "no time can be read"
              + (firstUnread == null ? ": the column is empty" : ": " + firstUnread));
    }
    if (shapes.size() > 1) {
      shapes.sort((a, b) -> Long.compare(first(a).line, first(b).line));
      throw refuse(
          column,
          "the column mixes formats: "
              + first(shapes.get(0))
              + " is "
              + label(shapes.get(0))
              + ", but "
              + first(shapes.get(1))
              + " is "
              + label(shapes.get(1)));
    }
    Shape shape = shapes.getFirst();
    return TimeFormat.of(shape, !shape.isSwappable() || isDayFirst(column, shape, notes));
  }

  private TimeFormat decideBy(String option, String column) {
    String word = option.toLowerCase(Locale.ROOT);
    List<Shape> fitting =
        switch (word) {
          case "iso" -> List.of(Shape.OFFSET, Shape.YEAR_FIRST);
          case "number" -> List.of(Shape.NUMBER);
          default -> List.of(Shape.SLASHES, Shape.DOTS, Shape.DASHES);
        };
    Shape found = null;
    for (Shape shape : fitting) {
      if (firstOfShape[shape.ordinal()] != null
          && (found == null || first(shape).line < first(found).line)) {
        found = shape;
      }
    }
    if (found == null) {
      throw refuse(column, "no time is written like the option --time-format " + word);
    }
    return TimeFormat.of(found, !word.equals("mdy"));
  }

  private Place first(Shape shape) {
    Place place = firstOfShape[shape.ordinal()];
    return place != null ? place : new Place(0, "");
  }

  private String label(Shape shape) {
    return !shape.isSwappable() || (dayFirst.proof == null) == (monthFirst.proof == null)
        ? shape.label()
        : TimeFormat.of(shape, dayFirst.proof != null).label();
  }

  private boolean isDayFirst(String column, Shape shape, List<String> notes) {
    if (dayFirst.proof != null && monthFirst.proof != null) {
      throw refuse(
          column,
          "the column mixes day/month and month/day: "
              + dayFirst.proof
              + " has the day first, "
              + monthFirst.proof
              + " has the month first");
    }
    if (dayFirst.proof != null || monthFirst.proof != null) {
      boolean byDay = dayFirst.proof != null;
      Reading chosen = byDay ? dayFirst : monthFirst;
      if (chosen.firstSwapped != null) {
        throw refuse(
            column,
            "the column seems to mix day/month and month/day: "
                + chosen.proof
                + " has the "
                + (byDay ? "day" : "month")
                + " first, but so read "
                + chosen.firstSwapped
                + " jumps away from "
                + chosen.beforeSwapped
                + ", and with the "
                + (byDay ? "month" : "day")
                + " first it would follow");
      }
      return byDay;
    }
    if (shape == Shape.DOTS) {
      return true;
    }
    if (dayFirst.isSmooth() != monthFirst.isSmooth()) {
      boolean byDay = dayFirst.isSmooth();
      notes.add(
          "times are read with the "
              + (byDay ? "day" : "month")
              + " first: the other way "
              + (byDay ? monthFirst : dayFirst).firstDoubt()
              + " would jump");
      return byDay;
    }
    throw refuse(
        column,
        "nothing in the column says which number is the day and which the month: "
            + first(shape)
            + " could be either");
  }

  private static HistorianException refuse(String column, String why) {
    return new HistorianException(
        ErrorCode.BAD_TIME,
        "nothing was imported: column=" + ErrorText.quote(column) + ", " + why,
        null,
        REMEDY,
        null);
  }
}
