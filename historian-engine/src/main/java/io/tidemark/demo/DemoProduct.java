package io.tidemark.demo;

/** What the demo plant makes. */
enum DemoProduct {
  P100("P-100", "Tidal resin 100", "Standard resin, reacts at 82 degC", 82, 1.00),
  P200("P-200", "Tidal resin 200", "Low-viscosity resin, reacts at 74 degC", 74, 0.80),
  P300("P-300", "Tidal hardener 300", "Hardener, reacts at 90 degC", 90, 0.65);

  final String id;
  final String title;
  final String description;

  /** Set point in React, degC. */
  final double reactSetPoint;

  /** Heat of reaction against P-100. */
  final double reactionHeat;

  DemoProduct(
      String id, String title, String description, double reactSetPoint, double reactionHeat) {
    this.id = id;
    this.title = title;
    this.description = description;
    this.reactSetPoint = reactSetPoint;
    this.reactionHeat = reactionHeat;
  }
}
