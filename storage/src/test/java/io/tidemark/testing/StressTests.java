package io.tidemark.testing;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.TestGrading;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.vm.CompileMode;

/**
 * Runs the jcstress tests of the calling module: those that its compiler listed. Short, each one
 * for a moment in this JVM; or long, in JVMs of their own, as jcstress does it.
 */
public final class StressTests {
  private static final String SHORT_MS = "150";

  /** Threads run on whatever core is free. */
  private static final SchedulingClass ANYWHERE =
      new SchedulingClass(AffinityMode.NONE, 2, NodeType.PACKAGE);

  private StressTests() {}

  /** All of them as JUnit tests. jcstress' own orchestration would take longer than the tests. */
  public static Stream<DynamicTest> inThisJvm() throws IOException {
    Options options =
        new Options(new String[] {"-c", "2", "-iters", "1", "-time", SHORT_MS, "-hs", "256"});
    options.parse();
    return new TreeSet<>(TestList.tests())
        .stream()
            .map(
                name ->
                    DynamicTest.dynamicTest(
                        name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
                        () -> run(options, TestList.getInfo(name))));
  }

  private static void run(Options options, TestInfo test) throws ReflectiveOperationException {
    TestConfig config = new TestConfig(options, test, 0, List.of(), CompileMode.UNIFIED, ANYWHERE);
    Runner<?> runner =
        (Runner<?>)
            Class.forName(test.generatedRunner())
                .getConstructor(ForkedTestConfig.class)
                .newInstance(new ForkedTestConfig(config));
    TestResult result = runner.run();
    result.setConfig(config);
    TestGrading grading = TestGrading.grade(result);
    if (!grading.isPassed || result.getTotalCount() == 0) {
      StringWriter report = new StringWriter();
      PrintWriter lines = new PrintWriter(report);
      grading.failureMessages.forEach(lines::println);
      result.getMessages().forEach(lines::println);
      result
          .getStateKeys()
          .forEach(state -> lines.println(state + ": " + result.getCount(state) + " times"));
      throw new AssertionError(test.name() + ": " + result.status() + "\n" + report);
    }
  }

  /**
   * All of them in JVMs of their own: interpreted and compiled, together and actor by actor, with
   * the compiler's order of instructions shuffled.
   *
   * @param folder for jcstress' reports
   * @param options further options of jcstress
   * @throws AssertionError if one saw what is forbidden
   */
  public static void inTheirOwnJvms(Path folder, String... options) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("-m", "quick", "-r", folder.toString(), "-af", "NONE"));
    arguments.addAll(List.of(options));
    Options parsed = new Options(arguments.toArray(new String[0]));
    if (!parsed.parse()) {
      throw new IllegalArgumentException("jcstress does not take these: " + arguments);
    }
    try {
      new JCStress(parsed).run();
    } finally {
      Files.deleteIfExists(Path.of(parsed.getResultFile()));
    }
  }
}
