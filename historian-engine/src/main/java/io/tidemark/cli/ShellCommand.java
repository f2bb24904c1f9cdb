package io.tidemark.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A command of the shell itself: {@code \name argument}.
 *
 * @param name with its backslash
 * @param argument what stands behind it, empty if nothing does
 */
record ShellCommand(String name, String argument) {
  /** All of them with what they do, in the order of the help. */
  static final Map<String, String> ALL = all();

  private static Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("\\?", "this help");
    all.put("\\d", "relations and functions; \\d NAME: columns or parameters");
    all.put("\\f", "\\f FORMAT: table, csv, json, arrow, parquet");
    all.put("\\o", "\\o FILE: the next rows go into a file; \\o alone: back to the screen");
    all.put("\\x", "one column a line, on or off");
    all.put("\\timing", "times and bytes under each result, on or off");
    all.put("\\z", "\\z ZONE: zone of calendars and times; \\z alone: the server's");
    all.put("\\e", "edit the last statement in $VISUAL or $EDITOR and run it");
    all.put("\\q", "leave, as Ctrl-D does");
    return Collections.unmodifiableMap(all);
  }

  /** Reads a line that begins with a backslash. */
  static ShellCommand of(String line) {
    String[] parts = line.strip().split("\\s+", 2);
    String argument = parts.length == 1 ? "" : parts[1].strip();
    return new ShellCommand(
        parts[0], argument.endsWith(";") ? argument.substring(0, argument.length() - 1) : argument);
  }
}
