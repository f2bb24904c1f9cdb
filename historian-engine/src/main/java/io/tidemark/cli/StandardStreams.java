package io.tidemark.cli;

import io.tidemark.cli.shell.ShellTerminal;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Standard input and output as bytes, and whether a person sits before them, which is looked up
 * only when it is asked.
 *
 * @param isInputTerminal whether a person types the input
 * @param isOutputTerminal whether a person reads the output
 * @param columns characters in a line of the terminal that shows the output; 0 if there is none
 */
record StandardStreams(
    InputStream in,
    OutputStream out,
    BooleanSupplier isInputTerminal,
    BooleanSupplier isOutputTerminal,
    IntSupplier columns) {
  /** Those of this process. */
  static StandardStreams ofProcess() {
    return new StandardStreams(
        System.in,
        System.out,
        () -> ShellTerminal.isTerminal(ShellTerminal.Stream.INPUT),
        () -> ShellTerminal.isTerminal(ShellTerminal.Stream.OUTPUT),
        ShellTerminal::outputColumns);
  }

  /** Pipes or files. */
  static StandardStreams ofPipes(InputStream in, OutputStream out) {
    return new StandardStreams(in, out, () -> false, () -> false, () -> 0);
  }
}
