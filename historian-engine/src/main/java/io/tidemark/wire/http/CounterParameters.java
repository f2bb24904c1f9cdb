package io.tidemark.wire.http;

import io.tidemark.model.HistorianException;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.CounterRule.MeterChange;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters that say how readings of a meter become what went through it. */
final class CounterParameters {
  static final List<String> NAMES =
      List.of("rollover", "deadband", "maxRate", "recover", "reversal", "meterChange");

  private static final int CHANGES_MAX = 1_000;

  private CounterParameters() {}

  /** The rule that a request asks for; what it does not say is as in the default one. */
  static CounterRule rule(Parameters parameters, long nowNs, ZoneId zone) {
    CounterRule usual = CounterRule.DEFAULT;
    List<MeterChange> changes = new ArrayList<>();
    for (String text : parameters.all("meterChange")) {
      changes.add(change(text, parameters, nowNs, zone));
    }
    if (changes.size() > CHANGES_MAX) {
      throw Parameters.bad(
          "meterChange", changes.size() + " times", "is given too often, max=" + CHANGES_MAX, null);
    }
    changes.sort(Comparator.comparingLong(MeterChange::timeNs));
    long recoverNs =
        "0".equals(parameters.text("recover"))
            ? 0
            : parameters.lengthNs("recover", usual.recoverNs());
    return new CounterRule(
        parameters.decimal("rollover", usual.rollover(), Double.MAX_VALUE),
        parameters.decimal("deadband", usual.deadband(), 0.5),
        parameters.decimal("maxRate", usual.maxRate(), Double.MAX_VALUE),
        recoverNs,
        parameters.choice("reversal", CounterRule.Reversal.class, usual.reversal()),
        changes);
  }

  /** {@code time,last reading of the old meter,first of the new one}. */
  private static MeterChange change(String text, Parameters parameters, long nowNs, ZoneId zone) {
    int second = text.lastIndexOf(',');
    int first = second <= 0 ? -1 : text.lastIndexOf(',', second - 1);
    if (first > 0) {
      try {
        long timeNs = parameters.timeNs(text.substring(0, first), nowNs, zone);
        return new MeterChange(
            timeNs,
            Double.parseDouble(text.substring(first + 1, second).strip()),
            Double.parseDouble(text.substring(second + 1).strip()));
      } catch (NumberFormatException e) {
        throw form(text, e);
      } catch (HistorianException e) {
        throw e.at("meterChange");
      }
    }
    throw form(text, null);
  }

  private static HistorianException form(String text, @Nullable Throwable cause) {
    return Parameters.bad(
        "meterChange", text, "must be time,old final reading,new first reading", cause);
  }
}
