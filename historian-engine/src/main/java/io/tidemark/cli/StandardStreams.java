package io.tidemark.cli;

import io.tidemark.cli.shell.ShellTerminal;
import java.io.InputStream;
import java.io.OutputStream;

/** Standard input and output as bytes, and whether a person sits before them. */
final class StandardStreams {
  private final InputStream in;
  private final OutputStream out;
  private final boolean areOfProcess;

  private StandardStreams(InputStream in, OutputStream out, boolean areOfProcess) {
    this.in = in;
    this.out = out;
    this.areOfProcess = areOfProcess;
  }

  /** Those of this process. */
  static StandardStreams ofProcess() {
    return new StandardStreams(System.in, System.out, true);
  }

  /** Pipes or files. */
  static StandardStreams ofPipes(InputStream in, OutputStream out) {
    return new StandardStreams(in, out, false);
  }

  InputStream in() {
    return in;
  }

  OutputStream out() {
    return out;
  }

  /** Whether a person types the input. */
  boolean isInputTerminal() {
    return areOfProcess && ShellTerminal.isTerminal(ShellTerminal.Stream.INPUT);
  }

  /** Whether a person reads the output. */
  boolean isOutputTerminal() {
    return areOfProcess && ShellTerminal.isTerminal(ShellTerminal.Stream.OUTPUT);
  }

  /** Characters in a line of the terminal that shows the output; 0 if there is none. */
  int columns() {
    return areOfProcess ? ShellTerminal.outputColumns() : 0;
  }
}
