package io.tidemark.storage.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.segment.EveryForm.Scale;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages of the format against the code: {@code src/test/python/read_segment.py} was written
 * from {@code docs/format/segment.md} and {@code envelope.md} alone, and reads what Java writes.
 *
 * <p>Golden files are kept for ever, so that what was written once is read by every later version.
 * Those of a format that is not released yet are written anew by {@code mvn -pl storage test
 * -Dtest=IndependentReaderTest -Dtidemark.golden.write=true}.
 *
 * <p>{@code TIDEMARK_TEST_PYTHON} names another interpreter than {@code python3}; without one these
 * tests are skipped, but for Java's part of the golden files.
 */
@Timeout(300)
class IndependentReaderTest {
  private static final Path SCRIPT = Path.of("src/test/python/read_segment.py");
  private static final Path GOLDEN = Path.of("src/test/resources/golden/format-1");
  private static final long GOLDEN_SEED = 2;
  private static final int RUN_SECONDS = 120;

  /** All codecs and forms of the page. */
  private static final List<String> FORMS =
      List.of(
          "double 0",
          "double 1",
          "double 1 with exceptions",
          "double 2",
          "double 2 with exceptions",
          "double 3",
          "integer 0",
          "integer 1",
          "integer 2",
          "integer 3",
          "integer 4",
          "integer 5",
          "integer 6",
          "integer 7",
          "integer 8",
          "residuals in lanes",
          "residuals packed",
          "residuals patched",
          "residuals radix",
          "shared order",
          "shared time",
          "state 0",
          "state 1",
          "state 2",
          "step of powers of ten",
          "step of powers of two",
          "text 0",
          "text 1",
          "text none");

  @TempDir Path folder;

  /** What a run of the reader said. */
  private record Said(int exit, List<String> lines, String errors) {}

  private static String python() {
    String other = System.getenv("TIDEMARK_TEST_PYTHON");
    return other == null ? "python3" : other;
  }

  private Said run(Path file, String... options) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path errors = Files.createTempFile(folder, "errors", ".txt");
    List<String> command = new ArrayList<>(List.of(python(), "-B", SCRIPT.toString()));
    command.addAll(List.of(options));
    command.add(file.toString());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(RUN_SECONDS, TimeUnit.SECONDS)).as("ends in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Said(process.exitValue(), Files.readAllLines(out), Files.readString(errors));
  }

  private List<String> lines(Path file, String... options)
      throws IOException, InterruptedException {
    Said said = run(file, options);
    assertThat(said.errors()).isEmpty();
    assertThat(said.exit()).isZero();
    return said.lines();
  }

  private void assumePython() throws InterruptedException {
    boolean found = false;
    try {
      found = run(Path.of("none"), "--help").exit() == 1;
    } catch (IOException e) {
      // there is none
    }
    assumeTrue(found, "no Python: " + python() + " cannot be run");
  }

  private static void assertSame(List<String> actual, List<String> expected) {
    for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
      if (!actual.get(i).equals(expected.get(i))) {
        assertThat(actual.get(i)).as("line %d", i).isEqualTo(expected.get(i));
      }
    }
    assertThat(actual).hasSameSizeAs(expected);
  }

  /** Reads segment and copy by the pages. */
  private void assertSame(SegmentText expected) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(expected.rows());
    all.addAll(expected.statistics());
    all.addAll(expected.frames());
    List<String> lines = lines(segment(), "--rows", "--statistics", "--frames", "--codecs");
    int split = Math.min(all.size(), lines.size());
    assertSame(lines.subList(0, split), all);
    List<String> forms = new ArrayList<>();
    for (String line : lines.subList(split, lines.size())) {
      forms.add(line.split("\"", -1)[3]);
    }
    assertThat(forms).containsExactlyInAnyOrderElementsOf(FORMS);
    all = new ArrayList<>(placesOf(expected));
    all.addAll(expected.frames());
    assertSame(lines(copy(), "--statistics", "--frames"), all);
  }

  private Path segment() {
    return folder.resolve(SegmentWriter.fileName(EveryForm.SEGMENT));
  }

  private Path copy() {
    return folder.resolve(IndexCopy.fileName(EveryForm.SEGMENT));
  }

  private static List<String> placesOf(SegmentText text) {
    return text.statistics().stream().filter(line -> line.contains("\"block\":")).toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyFormIsReadByThePageAlone(long seed) throws Exception {
    assumePython();
    Scale scale = seed == 1 ? Scale.LARGE : seed == 2 ? Scale.MEDIUM : Scale.LATE;
    List<String> rows = EveryForm.write(folder, seed, scale);
    SegmentText text = SegmentText.read(folder, EveryForm.STORE, EveryForm.SEGMENT);
    assertSame(text.rows(), rows);
    assertSame(text);
  }

  /** One byte wrong in each part, and in any place. */
  @Test
  void damageIsNamed() throws Exception {
    assumePython();
    EveryForm.write(folder, GOLDEN_SEED, Scale.GOLDEN);
    byte[] honest = Files.readAllBytes(segment());
    ByteBuffer bytes = ByteBuffer.wrap(honest).order(ByteOrder.LITTLE_ENDIAN);
    int footer = honest.length - FileEnvelope.FOOTER_LENGTH;
    int places = Math.toIntExact(bytes.getLong(footer + 16));
    int directory = footer - 8 - bytes.getInt(footer - 8);
    int frames = Math.toIntExact(bytes.getLong(directory + 16));
    int entry = directory + 40 + bytes.getInt(directory + 32);
    int statistics = places + bytes.getInt(entry + 12);
    Map<Integer, String> damage = new LinkedHashMap<>();
    damage.put(20, "checksum of the header differs");
    damage.put(FileEnvelope.HEADER_LENGTH, "checksum of a block of float64 of tag 0 differs");
    damage.put(places + 5, "checksum of places of float64 of tag 0 differs");
    damage.put(statistics + 5, "checksum of statistics of float64 of tag 0 differs");
    damage.put(frames + 5, "checksum of the list of frames differs");
    damage.put(entry + 5, "checksum of the directory differs");
    damage.put(footer - 4, "checksum of the directory differs");
    damage.put(footer + 12, "checksum of the footer differs");
    damage.put(footer + 24, "checksum of the footer differs");
    damage.put(0, "is no segment's");
    damage.put(footer, "no footer");
    Random random = new Random(1);
    for (int i = 0; i < 10; i++) {
      damage.putIfAbsent(random.nextInt(honest.length), "at offset");
    }
    for (Map.Entry<Integer, String> at : damage.entrySet()) {
      byte[] damaged = honest.clone();
      damaged[at.getKey()] ^= (byte) (1 << random.nextInt(8));
      assertRefused(damaged, at.getValue());
    }
    assertRefused(Arrays.copyOf(honest, honest.length - 1), "no footer");
    assertRefused(Arrays.copyOf(honest, 50), "file is cut");
    Path renamed = Files.write(folder.resolve(SegmentWriter.fileName(8)), honest);
    assertThat(run(renamed).errors()).contains("file has the number 7");
  }

  private void assertRefused(byte[] damaged, String why) throws Exception {
    Path file = folder.resolve("damaged.tseg");
    Files.write(file, damaged);
    Said said = run(file, "--rows");
    assertThat(said.errors()).contains(why).contains("at offset").hasLineCount(1);
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.lines()).isEmpty();
  }

  /** What golden files hold is what the text beside them says, for Java and for the pages. */
  @Test
  void goldenFilesAreReadForEver() throws Exception {
    if (Boolean.getBoolean("tidemark.golden.write")) {
      writeGolden();
    }
    Files.copy(GOLDEN.resolve(segment().getFileName()), segment());
    Files.copy(GOLDEN.resolve(copy().getFileName()), copy());
    SegmentText expected =
        new SegmentText(unzipped("rows"), unzipped("statistics"), unzipped("frames"));
    SegmentText read = SegmentText.read(folder, EveryForm.STORE, EveryForm.SEGMENT);
    assertSame(read.rows(), expected.rows());
    assertSame(read.statistics(), expected.statistics());
    assertSame(read.frames(), expected.frames());
    SegmentText readCopy = SegmentText.readCopy(folder, EveryForm.STORE, EveryForm.SEGMENT);
    assertSame(readCopy.statistics(), placesOf(expected));
    assertSame(readCopy.frames(), expected.frames());
    assumePython();
    assertSame(expected);
  }

  private void writeGolden() throws IOException {
    Path made = Files.createDirectories(folder.resolve("made"));
    EveryForm.write(made, GOLDEN_SEED, Scale.GOLDEN);
    SegmentText text = SegmentText.read(made, EveryForm.STORE, EveryForm.SEGMENT);
    Files.createDirectories(GOLDEN);
    for (Path file : List.of(segment().getFileName(), copy().getFileName())) {
      Files.copy(made.resolve(file), GOLDEN.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    zip("rows", text.rows());
    zip("statistics", text.statistics());
    zip("frames", text.frames());
  }

  private static void zip(String name, List<String> lines) throws IOException {
    try (OutputStream file = Files.newOutputStream(GOLDEN.resolve(name + ".jsonl.gz"));
        Writer out = new OutputStreamWriter(new GZIPOutputStream(file), UTF_8)) {
      for (String line : lines) {
        out.write(line + "\n");
      }
    }
  }

  private static List<String> unzipped(String name) throws IOException {
    try (InputStream file = Files.newInputStream(GOLDEN.resolve(name + ".jsonl.gz"));
        InputStream in = new GZIPInputStream(file)) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }
}
