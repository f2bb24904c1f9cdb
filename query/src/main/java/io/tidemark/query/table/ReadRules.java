package io.tidemark.query.table;

import io.tidemark.model.ReadRule;
import java.util.List;

/** The parameters that say how values between samples are found, the same for all tables. */
final class ReadRules {
  /** What to make of Uncertain samples. */
  private enum Uncertain {
    BAD,
    USED
  }

  static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter(
              "quality",
              "VARCHAR",
              "simple",
              null,
              "around samples that are not usable: simple, strict, hold, bridge"),
          new Parameter("uncertain", "VARCHAR", "bad", null, "Uncertain samples: bad, used"),
          new Parameter("step_as", "VARCHAR", "tag", null, "between samples: tag, stepped, sloped"),
          new Parameter(
              "max_gap", "INTERVAL", null, "max_gap", "longest time that a sample speaks for"),
          new Parameter(
              "extrapolation",
              "VARCHAR",
              "none",
              null,
              "after the last sample: none, hold, slope"));

  private ReadRules() {}

  /** The rule that is asked for; what is not said is as in the default one. */
  static ReadRule of(Arguments arguments) {
    Long maxGapNs = arguments.lengthNs("max_gap");
    ReadRule rule =
        arguments.argument(
            "max_gap",
            () ->
                new ReadRule(
                    arguments.choice("quality", ReadRule.QualityRule.class),
                    arguments.choice("uncertain", Uncertain.class) == Uncertain.BAD,
                    arguments.choice("step_as", ReadRule.Step.class),
                    maxGapNs == null ? Long.MAX_VALUE : maxGapNs,
                    arguments.choice("extrapolation", ReadRule.Extrapolation.class)));
    return rule.equals(ReadRule.DEFAULT) ? ReadRule.DEFAULT : rule;
  }
}
