package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement whose rows go to a person's terminal. */
class SqlTerminalTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();

  private int run(ScriptedServer server, String... options) {
    String[] all = new String[options.length + 4];
    List.of("sql", "SELECT 1", "--server", server.address()).toArray(all);
    System.arraycopy(options, 0, all, 4, options.length);
    return Main.run(
        new StandardStreams(InputStream.nullInputStream(), out, () -> false, () -> true, () -> 40),
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true),
        all);
  }

  @ParameterizedTest
  @ValueSource(strings = {"arrow", "parquet"})
  void bytesAreNotForIt(String format) throws IOException {
    try (ScriptedServer server = new ScriptedServer()) {
      assertThat(run(server, "--format", format)).isEqualTo(2);
      assertThat(err.toString()).contains("--out FILE");
      assertThat(out.size()).isZero();
      assertThat(server.bodies()).as("nothing was asked").isEmpty();
    }
  }

  @Test
  void aTableFitsIntoItsLines() throws IOException {
    try (ScriptedServer server = new ScriptedServer()) {
      server.then(
          200,
          "{\"columns\":[{\"name\":\"note\",\"type\":\"VARCHAR\",\"uom\":\"\"},"
              + "{\"name\":\"value\",\"type\":\"DOUBLE\",\"uom\":\"degC\"}],\"timeZone\":\"UTC\","
              + "\"rows\":[[\"a remark that is longer than the line\",20.5],[\"\",null]],"
              + "\"rowCount\":2,\"elapsedMs\":1.4}");
      assertThat(run(server)).as(err.toString()).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8).lines())
          .containsExactly(
              "note                        value [degC]",
              "--------------------------  ------------",
              "a remark that is longer t…          20.5",
              "                                    NULL",
              "",
              "2 rows, 1 ms");
    }
  }
}
