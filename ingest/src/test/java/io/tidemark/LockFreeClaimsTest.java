package io.tidemark;

import io.tidemark.testing.StressTests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** This module's part of {@code docs/lock-free.md}: the classes named {@code …Stress}. */
class LockFreeClaimsTest {
  @TestFactory
  Stream<DynamicTest> hold() throws IOException {
    return StressTests.inThisJvm();
  }

  @Tag("long")
  @Test
  void holdHoweverTheyAreCompiled(@TempDir Path folder) throws Exception {
    StressTests.inTheirOwnJvms(folder);
  }
}
