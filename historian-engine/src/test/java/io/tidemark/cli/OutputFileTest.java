package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is there whole or not at all, and takes nobody's place unasked. */
class OutputFileTest {
  @TempDir Path folder;

  private void write(Path path, boolean replace, boolean commits) throws IOException {
    try (OutputFile file = new OutputFile(path, replace)) {
      try (OutputStream out = file.stream()) {
        out.write('x');
      }
      assertThat(Files.exists(path) && Files.readString(path).equals("x")).isFalse();
      if (commits) {
        file.commit();
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void itAppearsWhenItIsWhole() throws IOException {
    write(folder.resolve("a"), false, true);
    assertThat(names()).containsExactly("a");
    assertThat(folder.resolve("a")).hasContent("x");
  }

  @Test
  void whatIsNotCommittedLeavesNothing() throws IOException {
    write(folder.resolve("a"), false, false);
    assertThat(names()).isEmpty();
  }

  @Test
  void anotherFileStaysUnlessItIsToBeReplaced() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "before");
    assertThatThrownBy(() -> new OutputFile(file, false))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.hint()).isEqualTo("--force replaces it"));
    assertThat(file).hasContent("before");
    write(file, true, true);
    assertThat(file).hasContent("x");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void aFileThatComesMeanwhileStays() throws IOException {
    Path path = folder.resolve("a");
    try (OutputFile file = new OutputFile(path, false)) {
      Files.writeString(path, "theirs");
      assertThatThrownBy(file::commit).hasMessageContaining("file is there already");
    }
    assertThat(path).hasContent("theirs");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void aLinkIsFollowed() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("b"), file);
    write(link, true, true);
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(file).hasContent("x");
  }

  @Test
  void whatIsNoFileIsRefused() {
    assertThatThrownBy(() -> new OutputFile(folder, true))
        .hasMessageContaining("not a file that can be replaced");
    assertThatThrownBy(() -> new OutputFile(folder.resolve("none/a"), true))
        .hasMessageContaining("no such folder");
  }
}
