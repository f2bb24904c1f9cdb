package io.tidemark.benchmarks.scenario;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a question is asked with, and where its answer goes: tables in Markdown.
 *
 * @param seed seed of everything that is drawn
 * @param tags tags of the workload
 * @param scans scans of the workload
 * @param daysAsked length of histories in days; 0 for what each question takes by itself
 * @param folder where stores are made, on the disk to be measured
 * @param data folder of data that nobody on this project wrote
 * @param out takes the tables
 * @param bars takes the progress
 */
record Bench(
    long seed,
    int tags,
    int scans,
    int daysAsked,
    Path folder,
    Path data,
    PrintStream out,
    PrintStream bars) {

  /** Days asked for, or a question's own. */
  int days(int usual) {
    return daysAsked > 0 ? daysAsked : usual;
  }

  /** Starts the answer to a question. */
  void heading(String question, String note) {
    out.printf("%n### %s%n%s%n%n", question, note);
  }

  /** A row of a table. */
  void row(@Nullable String... cells) {
    out.println("| " + String.join(" | ", cells) + " |");
  }

  /** The line under the first row. */
  void rule(int columns) {
    out.println("|" + " --- |".repeat(columns));
  }

  /** A bar for something long. */
  Progress progress(String name, long goal) {
    return new Progress(bars, name, goal);
  }

  /** A number in so many decimals. */
  static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** A count, digits in groups of three. */
  static String grouped(long value) {
    return value < 10_000
        ? Long.toString(value)
        : String.format(Locale.ROOT, "%,d", value).replace(',', ' ');
  }

  /** What must be reached and what is hoped for. */
  record Target(double atLeast, double reach, int decimals) {
    /** The target as a cell. */
    String text() {
      return number(atLeast, decimals) + " / " + number(reach, decimals);
    }

    /** Which of the two a value comes up to, the less the better. */
    String verdict(double value) {
      return value <= reach ? "reached" : value <= atLeast ? "enough" : "missed";
    }

    /** The same of a rate, the more the better. */
    String verdictOfRate(double value) {
      return value >= reach ? "reached" : value >= atLeast ? "enough" : "missed";
    }
  }
}
