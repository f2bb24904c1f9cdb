package io.tidemark;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** The house, checked by its imports: data flows one way, a library lives in its package. */
@AnalyzeClasses(
    packages = "io.tidemark",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  /** Tests of another module, which come packed. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static final String[] STORAGE = {
    "io.tidemark.model..", "io.tidemark.catalog..", "io.tidemark.storage.."
  };

  private static final String[] UNIT_LIBRARY = {"javax.measure..", "tech.units..", "tech.uom.."};

  @ArchTest
  static final ArchRule storageKnowsNobodyAbove =
      noClasses()
          .that()
          .resideInAnyPackage(STORAGE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.tidemark.ingest..",
              "io.tidemark.query..",
              "io.tidemark.engine..",
              "io.tidemark.wire..",
              "io.tidemark.cli..",
              "io.tidemark.csv..",
              "io.tidemark.demo..");

  @ArchTest
  static final ArchRule modelIsAtTheBottom =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.tidemark.catalog..", "io.tidemark.storage..");

  @ArchTest
  static final ArchRule ingestAndQueryNeverSeeEachOther =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.ingest..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.tidemark.query..", "io.tidemark.engine..", "io.tidemark.wire..");

  @ArchTest
  static final ArchRule queryReadsThroughTheModelOnly =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.query..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.tidemark.ingest..",
              "io.tidemark.storage..",
              "io.tidemark.catalog..",
              "io.tidemark.engine..",
              "io.tidemark.wire..");

  @ArchTest
  static final ArchRule wiresTalkToTheEngineNotToTheDisk =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.wire..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.tidemark.storage..", "io.tidemark.query.duckdb..", "io.tidemark.ingest.ring..");

  /** Forwarding reads the journal and speaks to another server; it knows nobody of this one. */
  @ArchTest
  static final ArchRule forwardingStandsOnTheStore =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.forward..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.tidemark.engine..",
              "io.tidemark.wire..",
              "io.tidemark.cli..",
              "io.tidemark.query..",
              "io.tidemark.ingest..");

  /** What runs elsewhere needs nothing of the server. */
  @ArchTest
  static final ArchRule theClientStandsAlone =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.client..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.tidemark..")
                  .and(DescribedPredicate.not(resideInAPackage("io.tidemark.client.."))));

  @ArchTest
  static final ArchRule segmentsDoNotKnowWhatIsLive =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.tidemark.storage.codec..",
              "io.tidemark.storage.segment..",
              "io.tidemark.storage.scan..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.tidemark.storage.manifest..",
              "io.tidemark.storage.lifecycle..",
              "io.tidemark.storage.hot..",
              "io.tidemark.storage.journal..");

  @ArchTest
  static final ArchRule chronicle = livesIn("net.openhft..", "io.tidemark.storage.journal..");

  @ArchTest
  static final ArchRule roaring = livesIn("org.roaringbitmap..", "io.tidemark.storage.segment..");

  @ArchTest
  static final ArchRule agrona =
      livesIn("org.agrona..", "io.tidemark.ingest.ring..", "io.tidemark.ingest.append..");

  @ArchTest static final ArchRule duckdb = livesIn("org.duckdb..", "io.tidemark.query.duckdb..");

  @ArchTest
  static final ArchRule arrow =
      livesIn(
          "org.apache.arrow..",
          "io.tidemark.query.arrow..",
          "io.tidemark.ingest.arrow..",
          "io.tidemark.wire.flight..",
          "io.tidemark.forward.arrow..");

  @ArchTest
  static final ArchRule flight = livesIn("org.apache.arrow.flight..", "io.tidemark.wire.flight..");

  @ArchTest static final ArchRule grpc = livesIn("io.grpc..", "io.tidemark.wire.flight..");

  @ArchTest
  static final ArchRule protobuf = livesIn("com.google.protobuf..", "io.tidemark.wire.flight..");

  @ArchTest
  static final ArchRule armeria = livesIn("com.linecorp.armeria..", "io.tidemark.wire.http..");

  /**
   * Armeria and gRPC are made of it: what they leave open is done with it, in the same places. The
   * PostgreSQL door stands on it alone.
   */
  @ArchTest
  static final ArchRule netty =
      livesIn(
          "io.netty..",
          "io.tidemark.wire.http..",
          "io.tidemark.wire.flight..",
          "io.tidemark.wire.pg..");

  @ArchTest
  static final ArchRule unitsOfMeasure =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.tidemark.query.units..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(UNIT_LIBRARY);

  @ArchTest
  static final ArchRule unitsOfMeasureShowNoLibrary =
      noMethods()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage("io.tidemark.query.units..")
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .and()
          .arePublic()
          .should()
          .haveRawReturnType(resideInAnyPackage(UNIT_LIBRARY))
          .orShould()
          .haveRawParameterTypes(anyElementThat(resideInAnyPackage(UNIT_LIBRARY)));

  @ArchTest static final ArchRule picocli = livesIn("picocli..", "io.tidemark.cli..");

  @ArchTest static final ArchRule fastexcel = livesIn("org.dhatim..", "io.tidemark.xlsx..");

  @ArchTest static final ArchRule jline = livesIn("org.jline..", "io.tidemark.cli.shell..");

  @ArchTest
  static final ArchRule bouncyCastle =
      livesIn("org.bouncycastle..", "io.tidemark.engine.security.crypto..");

  @ArchTest
  static final ArchRule theTerminalKnowsNoCommands =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.cli.shell..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.tidemark.cli");

  @ArchTest static final ArchRule micrometer = livesIn("io.micrometer..", "io.tidemark.engine..");

  @ArchTest
  static final ArchRule whatOthersBringAlongIsNotUsed =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.google.common..", "ch.qos.logback..");

  /** Left is used by right: each package of {@code query} may use those before it only. */
  @ArchTest
  static void packagesOfQueryAreInOrder(JavaClasses classes) {
    inOrder(
        classes,
        "io.tidemark.query.",
        List.of(
            "arrow",
            "time",
            "units",
            "aggregate",
            "retrieval",
            "condition",
            "duckdb",
            "context",
            "derive",
            "sql"));
  }

  /** The same for {@code storage}, whose facade in the package itself is the last. */
  @ArchTest
  static void packagesOfStorageAreInOrder(JavaClasses classes) {
    inOrder(
        classes,
        "io.tidemark.storage.",
        List.of("io", "codec", "scan", "segment", "hot", "journal", "manifest", "lifecycle"));
  }

  private static void inOrder(JavaClasses classes, String parent, List<String> order) {
    for (int i = 0; i + 1 < order.size(); i++) {
      noClasses()
          .that()
          .resideInAPackage(parent + order.get(i) + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              order.stream().skip(i + 1L).map(name -> parent + name + "..").toArray(String[]::new))
          .check(classes);
    }
  }

  private static ArchRule livesIn(String library, String... packages) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(packages)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  @ArchTest
  static final ArchRule modulesBelowTheEngineStartNoThreads =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.tidemark.model..",
              "io.tidemark.catalog..",
              "io.tidemark.storage..",
              "io.tidemark.ingest..",
              "io.tidemark.query..",
              "io.tidemark.forward..")
          .should()
          .callMethod(Thread.class, "start")
          .orShould()
          .callMethod(Thread.class, "ofPlatform")
          .orShould()
          .callMethod(Thread.class, "ofVirtual")
          .orShould()
          .callMethod(Thread.class, "startVirtualThread", Runnable.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class)
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Timer")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.ForkJoinPool")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.Executors");

  @ArchTest
  static final ArchRule modulesBelowTheEngineReadNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.tidemark.model..",
              "io.tidemark.catalog..",
              "io.tidemark.storage..",
              "io.tidemark.ingest..",
              "io.tidemark.query..",
              "io.tidemark.forward..")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.time.LocalDate.class, "now", java.time.ZoneId.class)
          .orShould()
          .callMethod(java.time.ZonedDateTime.class, "now", java.time.ZoneId.class)
          .orShould()
          .callMethod(java.time.Clock.class, "systemUTC");

  @ArchTest
  static final ArchRule namesWithoutAConceptAreNotUsed =
      classes()
          .should(
              com.tngtech.archunit.lang.conditions.ArchConditions.not(
                  com.tngtech.archunit.lang.conditions.ArchConditions.be(
                      DescribedPredicate.describe(
                          "named util, helper or manager",
                          (JavaClass type) ->
                              type.getSimpleName().matches(".*(Utils?|Helper|Manager|Impl)")))));
}
