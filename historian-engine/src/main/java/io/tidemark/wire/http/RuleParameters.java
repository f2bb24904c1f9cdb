package io.tidemark.wire.http;

import io.tidemark.model.ReadRule;
import java.util.List;

/** The parameters that say how values between samples are found. */
final class RuleParameters {
  static final List<String> NAMES =
      List.of("quality", "uncertain", "stepAs", "maxGap", "extrapolation");

  /** What to make of Uncertain samples. */
  private enum Uncertain {
    BAD,
    USED
  }

  private RuleParameters() {}

  /** The rule that a request asks for; what it does not say is as in the default one. */
  static ReadRule rule(Parameters parameters) {
    ReadRule standard = ReadRule.DEFAULT;
    ReadRule rule =
        new ReadRule(
            parameters.choice("quality", ReadRule.QualityRule.class, standard.quality()),
            parameters.choice("uncertain", Uncertain.class, Uncertain.BAD) == Uncertain.BAD,
            parameters.choice("stepAs", ReadRule.Step.class, standard.step()),
            parameters.lengthNs("maxGap", standard.maxGapNs()),
            parameters.choice(
                "extrapolation", ReadRule.Extrapolation.class, standard.extrapolation()));
    return rule.equals(standard) ? standard : rule;
  }
}
