package io.tidemark.wire.http;

import io.tidemark.model.ReadRule;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SlopeUnit;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.Retrieval.Logarithms;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The parameters that say what a summary computes of an interval. */
final class SummaryParameters {
  static final List<String> NAMES =
      List.of("calculationBasis", "fields", "asNumbers", "percentGoodMin", "slopePer");

  /* Reading a unit is left to those who name one. */
  private static final SlopeUnit PER_SECOND = new SlopeUnit("1/s", 1);

  private SummaryParameters() {}

  /** What is weighed; time if a request does not say. */
  static CalculationBasis basis(Parameters parameters) {
    String text = parameters.text("calculationBasis");
    return text == null
        ? CalculationBasis.TIME_WEIGHTED
        : Parameters.at("calculationBasis", () -> CalculationBasis.parse(text));
  }

  /** The fields of a row, in order: those that are named, else the usual ones of the basis. */
  static List<SummaryField> fields(Parameters parameters, CalculationBasis basis) {
    Set<SummaryField> fields = named(parameters);
    if (fields.isEmpty()) {
      fields.addAll(EnumSet.copyOf(basis.usualFields()));
    }
    fields.addAll(EnumSet.copyOf(SummaryField.ALWAYS));
    return List.copyOf(fields);
  }

  private static Set<SummaryField> named(Parameters parameters) {
    Set<SummaryField> fields = new LinkedHashSet<>();
    for (String list : parameters.all("fields")) {
      for (String name : list.split(",", -1)) {
        if (!name.isBlank()) {
          fields.add(SummaryField.named(name.strip()));
        }
      }
    }
    return fields;
  }

  /** The time that slopes are per. */
  static SlopeUnit slopeTime(Parameters parameters) {
    String text = parameters.text("slopePer");
    return text == null ? PER_SECOND : Parameters.at("slopePer", () -> SlopeUnit.of("", text));
  }

  /** What to ask of a tag; who names a field that the tag cannot have is told so. */
  static Retrieval.Summary retrieval(
      Parameters parameters, long[] edgesNs, CalculationBasis basis, List<SummaryField> fields) {
    ReadRule rule = RuleParameters.rule(parameters);
    Logarithms logarithms =
        parameters.flag("asNumbers")
            ? Logarithms.AS_NUMBERS
            : named(parameters).isEmpty() ? Logarithms.LEFT_OUT : Logarithms.REFUSED;
    double percentGoodMin = parameters.decimal("percentGoodMin", 0, 100);
    boolean saysStepTwice = basis.step() != ReadRule.Step.TAG && rule.step() != ReadRule.Step.TAG;
    return Parameters.at(
        saysStepTwice ? "stepAs" : "fields",
        () ->
            new Retrieval.Summary(
                edgesNs, rule, basis, Set.copyOf(fields), logarithms, percentGoodMin));
  }
}
