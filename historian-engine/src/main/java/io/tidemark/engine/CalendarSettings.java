package io.tidemark.engine;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.time.ShiftCalendar;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings {@code [calendar.NAME]}: production days and shifts. */
final class CalendarSettings {
  /** What a calendar has: the documentation is made from these. */
  enum Key {
    ZONE("zone", "timeZone", "Zone whose clock it follows."),
    DAY_START("dayStart", "06:00", "Time of day at which a production day begins."),
    SHIFT(
        "shifts.SHIFT",
        "early, late, night",
        "A shift within the production day: start, end and the days of the week if not all, such as"
            + " 06:00-14:00 or 06:00-14:00 mon-fri, 08:00-12:00 sat. The date on which the"
            + " production day begins decides the day of the week. Without any, three shifts of"
            + " eight hours from dayStart.");

    private final String suffix;
    private final String defaultText;
    private final String description;

    Key(String suffix, String defaultText, String description) {
      this.suffix = suffix;
      this.defaultText = defaultText;
      this.description = description;
    }

    String key() {
      return "calendar.NAME." + suffix;
    }

    String defaultText() {
      return defaultText;
    }

    String description() {
      return description;
    }
  }

  private static final Pattern KEY =
      Pattern.compile("calendar\\.([A-Za-z0-9_-]+)\\.(zone|dayStart|shifts\\.([A-Za-z0-9_-]+))");

  private CalendarSettings() {}

  /** Whether a key of the configuration is one of a calendar's. */
  static boolean isKey(String key) {
    return KEY.matcher(key).matches();
  }

  /**
   * The calendars by name; {@code plant} is among them also if nothing is said about it.
   *
   * @param values settings by key
   * @param sources where each came from
   * @param defaultZone zone of calendars that name none
   */
  static Map<String, ShiftCalendar> read(
      Map<String, String> values, Map<String, String> sources, ZoneId defaultZone) {
    Map<String, Draft> drafts = new TreeMap<>();
    drafts.put(ShiftCalendar.DEFAULT_NAME, new Draft(defaultZone));
    values.forEach(
        (key, value) -> {
          Matcher matcher = KEY.matcher(key);
          if (matcher.matches()) {
            Draft draft = drafts.computeIfAbsent(matcher.group(1), name -> new Draft(defaultZone));
            try {
              draft.set(matcher.group(2), matcher.group(3), value);
            } catch (DateTimeException e) {
              throw bad(key, value, sources, draft.allowed(matcher.group(2)), e);
            } catch (HistorianException e) {
              throw bad(key, value, sources, "a shift such as 22:00-06:00 mon-fri", e);
            }
          }
        });
    Map<String, ShiftCalendar> calendars = new TreeMap<>();
    drafts.forEach((name, draft) -> calendars.put(name, draft.calendar(name)));
    return Map.copyOf(calendars);
  }

  private static HistorianException bad(
      String key,
      String value,
      Map<String, String> sources,
      String allowed,
      @Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "setting cannot be used: key="
            + key
            + ", value="
            + ErrorText.quote(value)
            + ", source="
            + sources.get(key)
            + ", allowed="
            + allowed,
        key,
        null,
        cause);
  }

  /** A calendar whose keys are read one by one. */
  private static final class Draft {
    private final List<ShiftCalendar.Shift> shifts = new ArrayList<>();
    private ZoneId zone;
    private LocalTime dayStart = ShiftCalendar.DEFAULT_DAY_START;

    Draft(ZoneId zone) {
      this.zone = zone;
    }

    void set(String key, @Nullable String shift, String value) {
      if (shift != null) {
        shifts.addAll(ShiftCalendar.parseShift(shift, value));
      } else if (key.equals("zone")) {
        zone = ZoneId.of(value.strip());
      } else {
        dayStart = ShiftCalendar.parseTime(value);
      }
    }

    String allowed(String key) {
      return key.equals("zone")
          ? "a time zone such as UTC or Europe/Berlin"
          : "a time of day such as 06:00";
    }

    ShiftCalendar calendar(String name) {
      try {
        return shifts.isEmpty()
            ? ShiftCalendar.ofEightHours(name, zone, dayStart)
            : new ShiftCalendar(name, zone, dayStart, shifts);
      } catch (HistorianException e) {
        throw e.at("calendar." + name);
      }
    }
  }
}
