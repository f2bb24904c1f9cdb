package io.tidemark.wire.http;

import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.StandardAggregate;
import java.util.List;

/** The parameters of an aggregate of OPC UA Part 13, by their names there. */
final class AggregateParameters {
  static final List<String> NAMES =
      List.of(
          "aggregate",
          "treatUncertainAsBad",
          "percentDataBad",
          "percentDataGood",
          "useSlopedExtrapolation");

  private AggregateParameters() {}

  /** The aggregate that a request names. */
  static StandardAggregate aggregate(Parameters parameters) {
    String name = parameters.text("aggregate");
    if (name == null) {
      throw Parameters.missing("aggregate", "TimeAverage2");
    }
    StandardAggregate found = StandardAggregate.find(name);
    if (found == null) {
      String nearest = Nearest.of(name, StandardAggregate.browseNames());
      throw Parameters.bad(
          "aggregate",
          name,
          "is no aggregate of OPC UA Part 13"
              + (nearest == null ? "" : ", the nearest is " + nearest),
          null);
    }
    return found;
  }

  /** How it treats quality; what is not said is as the standard has it. */
  static AggregateConfiguration configuration(Parameters parameters) {
    AggregateConfiguration standard = AggregateConfiguration.STANDARD;
    return new AggregateConfiguration(
        parameters.text("treatUncertainAsBad") == null || parameters.flag("treatUncertainAsBad"),
        parameters.number("percentDataBad", (int) standard.percentDataBad(), 0, 100),
        parameters.number("percentDataGood", (int) standard.percentDataGood(), 0, 100),
        parameters.flag("useSlopedExtrapolation"));
  }
}
