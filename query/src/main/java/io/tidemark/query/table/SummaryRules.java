package io.tidemark.query.table;

import io.tidemark.model.ReadRule;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The parameters that say how a summary reads and weighs, the same for all tables of summaries. */
final class SummaryRules {
  static final List<Parameter> PARAMETERS = parameters();

  private static List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(
        new Parameter(
            "as_numbers", "BOOLEAN", null, null, "add up numbers in pH or dB all the same"));
    parameters.add(
        new Parameter(
            "basis",
            "VARCHAR",
            null,
            null,
            "what is weighed: a calculation basis such as EventWeighted"));
    parameters.addAll(ReadRules.PARAMETERS);
    parameters.add(
        new Parameter(
            "percent_good_min",
            "DOUBLE",
            "0",
            null,
            "an interval that is good for less has no values"));
    return List.copyOf(parameters);
  }

  private final ReadRule rule;
  private final CalculationBasis basis;
  private final Retrieval.Logarithms logarithms;
  private final double percentGoodMin;

  private SummaryRules(
      ReadRule rule,
      CalculationBasis basis,
      Retrieval.Logarithms logarithms,
      double percentGoodMin) {
    this.rule = rule;
    this.basis = basis;
    this.logarithms = logarithms;
    this.percentGoodMin = percentGoodMin;
  }

  static SummaryRules of(Arguments arguments) {
    String basis = arguments.text("basis");
    return new SummaryRules(
        ReadRules.of(arguments),
        basis == null
            ? CalculationBasis.TIME_WEIGHTED
            : arguments.argument("basis", () -> CalculationBasis.parse(basis)),
        arguments.flag("as_numbers")
            ? Retrieval.Logarithms.AS_NUMBERS
            : Retrieval.Logarithms.LEFT_OUT,
        arguments.number("percent_good_min", 0, 100));
  }

  /** Whether events are weighed, so that intervals may share one at their ends. */
  boolean weighsEvents() {
    return basis.isEventWeighted();
  }

  /** What to ask for some fields; those that the basis does not have are left out. */
  Retrieval.Summary retrieval(long[] edgesNs, Set<SummaryField> fields) {
    Set<SummaryField> possible = EnumSet.copyOf(fields);
    possible.removeIf(field -> basis.isEventWeighted() && field.isOfTime());
    return new Retrieval.Summary(edgesNs, rule, basis, possible, logarithms, percentGoodMin);
  }
}
