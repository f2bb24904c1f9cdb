package io.tidemark.cli.shell;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jline.builtins.Less;
import org.jline.builtins.Source;
import org.jline.reader.Candidate;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.impl.DumbTerminal;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;
import org.jspecify.annotations.Nullable;

/**
 * A terminal that reads lines and shows texts. One thread. Close it: that keeps the history and
 * gives the terminal back as it was.
 */
public final class ShellTerminal implements AutoCloseable {
  private static final int HISTORY_MAX = 5_000;
  private static final String CONTINUATION = "      -> ";

  /** Streams of the process. */
  public enum Stream {
    /** Standard input. */
    INPUT(SystemStream.Input),
    /** Standard output. */
    OUTPUT(SystemStream.Output);

    private final SystemStream system;

    Stream(SystemStream system) {
      this.system = system;
    }
  }

  /** How reading ended. */
  public enum Outcome {
    /** A text was handed over. */
    ENTERED,
    /** What was typed was thrown away. */
    CLEARED,
    /** Nothing more will come. */
    ENDED
  }

  /**
   * What was typed.
   *
   * @param text lines of it, empty unless it was entered
   */
  public record Input(Outcome outcome, String text) {}

  private final Terminal terminal;
  private final LineReader reader;
  private final @Nullable Path history;

  private ShellTerminal(Terminal terminal, LineCompleter completer, @Nullable Path history) {
    this.terminal = terminal;
    this.history = history;
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("tidemark")
            .parser(new WordParser(completer))
            .completer(
                (line, parsed, candidates) -> {
                  String text = parsed.line().substring(0, parsed.cursor());
                  for (LineCompleter.Proposal proposal : completer.proposals(text)) {
                    String description =
                        proposal.description().isEmpty() ? null : proposal.description();
                    candidates.add(
                        new Candidate(
                            proposal.text(),
                            proposal.text(),
                            null,
                            description,
                            null,
                            null,
                            false));
                  }
                })
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
            .option(LineReader.Option.CASE_INSENSITIVE, true)
            .option(LineReader.Option.INSERT_TAB, false)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, CONTINUATION)
            .variable(LineReader.HISTORY_SIZE, HISTORY_MAX)
            .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_MAX);
    if (history != null) {
      builder.variable(LineReader.HISTORY_FILE, history);
    }
    reader = builder.build();
  }

  /**
   * The terminal of the process.
   *
   * @param history file that keeps what was entered, for its owner only; made if it is missing
   */
  public static ShellTerminal ofProcess(LineCompleter completer, Path history) throws IOException {
    prepare(history);
    Terminal terminal =
        TerminalBuilder.builder().name("tidemark").system(true).graphemeCluster(false).build();
    return new ShellTerminal(terminal, completer, history);
  }

  /** A terminal without abilities over two streams. */
  public static ShellTerminal ofStreams(
      InputStream in, OutputStream out, LineCompleter completer, @Nullable Path history)
      throws IOException {
    if (history != null) {
      prepare(history);
    }
    Terminal terminal =
        new DumbTerminal("tidemark", Terminal.TYPE_DUMB, in, out, StandardCharsets.UTF_8);
    return new ShellTerminal(terminal, completer, history);
  }

  private static void prepare(Path history) throws IOException {
    Path folder = history.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      restrict(folder, "rwx------");
    }
    if (!Files.exists(history)) {
      Files.createFile(history);
    }
    restrict(history, "rw-------");
  }

  private static void restrict(Path path, String permissions) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
  }

  /** Whether a stream of the process is a terminal. */
  public static boolean isTerminal(Stream stream) {
    TerminalProvider provider = provider();
    return provider != null && provider.isSystemStream(stream.system);
  }

  /** Characters in a line of the terminal behind standard output; 0 if there is none. */
  public static int outputColumns() {
    TerminalProvider provider = provider();
    return provider != null && provider.isSystemStream(SystemStream.Output)
        ? Math.max(0, provider.systemStreamWidth(SystemStream.Output))
        : 0;
  }

  private static @Nullable TerminalProvider provider() {
    for (String name : List.of("ffm", "jni", "exec")) {
      try {
        return TerminalProvider.load(name);
      } catch (IOException | RuntimeException | LinkageError e) {
        // Not on this system: the next one is tried.
      }
    }
    return null;
  }

  /** Reads a text of one or more lines. */
  public Input read(String prompt) {
    try {
      return new Input(Outcome.ENTERED, reader.readLine(prompt));
    } catch (UserInterruptException e) {
      return new Input(Outcome.CLEARED, "");
    } catch (EndOfFileException e) {
      return new Input(Outcome.ENDED, "");
    }
  }

  /** Prints to the terminal. */
  public PrintWriter out() {
    return terminal.writer();
  }

  /** The bytes behind {@link #out}. */
  public OutputStream output() {
    return terminal.output();
  }

  /** Characters in a line; 0 if unknown. */
  public int columns() {
    return terminal.getSize().getColumns();
  }

  /** Calls an action when Ctrl-C is pressed, until what it returns is run. */
  public Runnable onInterrupt(Runnable action) {
    Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, signal -> action.run());
    return () -> terminal.handle(Terminal.Signal.INT, before);
  }

  /** Presses Ctrl-C. */
  public void interrupt() {
    terminal.raise(Terminal.Signal.INT);
  }

  /** Whether a text can be shown at once: on a terminal that cannot page, any can. */
  public boolean fits(String text) {
    int height = terminal.getSize().getRows();
    return height <= 0
        || Terminal.TYPE_DUMB.equals(terminal.getType())
        || text.lines().limit(height).count() < height;
  }

  /** Shows a text, page by page if it is longer than the terminal. */
  public void page(String text) throws IOException {
    if (fits(text)) {
      out().print(text);
      out().flush();
      return;
    }
    Less less = new Less(terminal, Path.of(""));
    less.chopLongLines = true;
    try {
      less.run(
          new Source.InputStreamSource(
              new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), true, "rows"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    reader.getHistory().save();
    if (history != null && Files.exists(history)) {
      restrict(history, "rw-------");
    }
    terminal.close();
  }

  /** Finds the word at the cursor and says when more lines are wanted. */
  private record WordParser(LineCompleter completer) implements Parser {
    @Override
    public Line parse(String line, int cursor, ParseContext context) {
      boolean isEntered = context == ParseContext.ACCEPT_LINE;
      if (isEntered && !completer.isComplete(line)) {
        throw new EOFError(-1, cursor, "statement goes on");
      }
      int start = completer.wordStart(line.substring(0, cursor));
      return new Line(line.substring(start, cursor), line, cursor);
    }

    @Override
    public boolean isEscapeChar(char c) {
      return false;
    }
  }

  /** A text and the word that ends at the cursor. */
  private record Line(String word, String line, int cursor) implements CompletingParsedLine {
    @Override
    public int wordCursor() {
      return word.length();
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public List<String> words() {
      return List.of(word);
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return word.length();
    }

    @Override
    public int rawWordLength() {
      return word.length();
    }
  }
}
