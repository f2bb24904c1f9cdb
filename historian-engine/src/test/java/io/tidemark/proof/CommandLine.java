package io.tidemark.proof;

import io.tidemark.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A run of {@code tidemark} in the test's process.
 *
 * @param code exit code
 * @param out what went to standard output
 * @param err what went to standard error
 */
record CommandLine(int code, String out, String err) {
  static CommandLine run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new CommandLine(code, out.toString(), err.toString());
  }
}
