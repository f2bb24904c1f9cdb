package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Data folders that {@code serve} and {@code demo} cannot open: each is refused with a code, what
 * was found where, what to do, and an exit code of its kind; and nothing in it is changed.
 */
class BrokenStoresTest {
  private static final int STORE = 5;
  private static final int FOLDER = 6;
  private static final int NOBODY = 65534;

  /** A store with sealed samples, and some that are only in the journal. */
  @TempDir static Path whole;

  @TempDir Path temporary;

  @BeforeAll
  static void fill() throws IOException {
    try (TestServer server = TestServer.start(whole, Map.of())) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 5_000; i++) {
        lines.append("m,tag=A.1 value=").append(i).append(' ').append(1_000L * i).append('\n');
      }
      server.api().writeLines(lines.toString());
      server.engine().sealNow();
      server.api().writeLines("m,tag=A.1 value=1 9000000");
    }
  }

  /** Breaks a folder. */
  interface Break {
    void in(Path folder) throws IOException;
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        broken("a file", STORE, BrokenStoresTest::file, "FOREIGN_FILE: data folder is a file"),
        broken(
            "other files",
            STORE,
            BrokenStoresTest::thesis,
            "FOREIGN_FILE: folder holds files of something else",
            "found=notes|thesis.txt, count=2",
            "hint: name an empty folder"),
        broken(
            "manifest of a newer format",
            STORE,
            folder -> patchHeaders(folder.resolve("manifest"), version(99)),
            "FORMAT_TOO_NEW: ",
            ".tman",
            "readerVersionMin=99",
            "readerVersion=1",
            "hint: start the version that wrote the store, or a newer one"),
        broken(
            "manifest of an older format",
            STORE,
            folder -> patchHeaders(folder.resolve("manifest"), version(0)),
            "FORMAT_TOO_OLD: ",
            ".tman",
            "formatVersion=0",
            "oldestFormatVersion=1",
            "hint: made by a build before release 0.1, whose format was not kept: start on a new"
                + " folder, or import again"),
        broken(
            "manifest of another kind",
            STORE,
            folder ->
                patchHeaders(folder.resolve("manifest"), header -> header.putInt(0, 0x12345678)),
            "FOREIGN_FILE: ",
            ".tman",
            "expectedMagic=0x",
            "actualMagic=0x",
            "hint: "),
        broken(
            "manifests cut",
            STORE,
            folder -> eachFile(folder.resolve("manifest"), file -> cut(file, 70)),
            "TRUNCATED_FILE: ",
            ".tman",
            "bytes=70",
            "hint: tidemark verify --data"),
        broken(
            "manifests damaged",
            STORE,
            folder -> eachFile(folder.resolve("manifest"), file -> flip(file, 70)),
            "CORRUPT: ",
            ".tman",
            "expectedCrc32c=0x",
            "actualCrc32c=0x",
            "hint: tidemark verify --data"),
        broken(
            "manifest missing",
            STORE,
            folder -> delete(folder.resolve("manifest")),
            "CORRUPT: store has data and no manifest",
            "hint: restore the folder manifest"),
        broken(
            "journal missing",
            STORE,
            folder -> delete(folder.resolve("journal")),
            "CORRUPT: store has no journal: missing=",
            "/journal",
            "hint: restore the folder journal"),
        broken(
            "ledger damaged",
            STORE,
            folder -> eachFile(folder.resolve("ledger"), file -> flip(file, 80)),
            "CORRUPT: ",
            ".tled",
            "hint: tidemark verify --data"),
        broken(
            "ledger cut",
            STORE,
            folder -> eachFile(folder.resolve("ledger"), file -> cut(file, 70)),
            ".tled",
            "hint: tidemark verify --data"),
        broken(
            "journal of a newer format",
            STORE,
            folder -> patchHeaders(folder.resolve("journal"), version(99)),
            "FORMAT_TOO_NEW: ",
            "run-",
            "hint: start the version that wrote the store, or a newer one"),
        broken(
            "journal of an older format",
            STORE,
            folder -> patchHeaders(folder.resolve("journal"), version(0)),
            "FORMAT_TOO_OLD: ",
            "run-",
            "hint: made by a build before release 0.1"));
  }

  private static Arguments broken(String name, int code, Break how, String... says) {
    return Arguments.of(name, code, how, says);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void isRefusedAndLeftAlone(String name, int code, Break how, String[] says) throws IOException {
    for (String command : List.of("serve", "demo")) {
      Path folder = temporary.resolve(command);
      copy(whole, folder);
      how.in(folder);
      List<String> before = contents(folder);
      CommandLine started = CommandLine.run(command, "--data", folder.toString(), "--port", "0");
      assertThat(started.err()).as(name).contains(says).contains("hint: ");
      assertThat(started.code()).as(started.err()).isEqualTo(code);
      assertThat(started.out()).isEmpty();
      assertThat(contents(folder)).as("nothing is changed").isEqualTo(before);
    }
  }

  @Test
  void theFolderThatWasBrokenOpensWhenWhole() throws IOException {
    Path folder = temporary.resolve("whole");
    copy(whole, folder);
    try (TestServer server = TestServer.start(folder, Map.of())) {
      assertThat(server.api().sql("SELECT count(*) FROM samples").at("/rows/0/0").asLong())
          .isEqualTo(5_001);
    }
  }

  @Test
  void aLockOfTheDeadBlocksNobodyAndOneOfTheLivingNamesHim() throws Exception {
    Path folder = temporary.resolve("locked");
    copy(whole, folder);
    Files.writeString(folder.resolve("lock"), "1\nstarted=2020-01-01T00:00:00Z\nboot=x\n");
    try (ServerProcess owner = ServerProcess.start(folder)) {
      for (String port : List.of("0", Integer.toString(owner.port()))) {
        CommandLine second = CommandLine.run("serve", "--data", folder.toString(), "--port", port);
        assertThat(second.err())
            .startsWith("STORE_LOCKED: folder locked by pid " + owner.pid() + ": folder=")
            .contains("started=20", "hint: stop that process", "--data")
            .doesNotContain("runsOnThisMachine");
        assertThat(second.code()).isEqualTo(3);
      }
      CommandLine other =
          CommandLine.run(
              "serve",
              "--data",
              temporary.resolve("other").toString(),
              "--port",
              Integer.toString(owner.port()));
      assertThat(other.err()).startsWith("UNAVAILABLE: port is taken").contains("--port");
      assertThat(other.code()).isEqualTo(4);
      assertThat(temporary.resolve("other")).as("said before anything is made").doesNotExist();
      assertThat(owner.api().json("/health/ready").path("state").asText()).isEqualTo("READY");
    }
    try (ServerProcess next = ServerProcess.start(folder)) {
      assertThat(next.api().json("/health/ready").path("state").asText()).isEqualTo("READY");
    }
  }

  @Test
  void anOwnFolderThatIsOpenToOthersIsClosed() throws IOException {
    Path folder = temporary.resolve("open");
    copy(whole, folder);
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"), "no modes here");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    TestServer.start(folder, Map.of()).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void anotherUsersFolderOrFileIsRefused() throws Exception {
    assumeRoot();
    for (String part : List.of("", "manifest", "journal")) {
      Path folder = temporary.resolve("other" + part);
      copy(whole, folder);
      Files.setAttribute(folder.resolve(part), "unix:uid", NOBODY);
      CommandLine started = CommandLine.run("serve", "--data", folder.toString(), "--port", "0");
      assertThat(started.err())
          .startsWith("FOLDER_DENIED: data folder belongs to another user: path=")
          .contains("(uid " + NOBODY + "), expectedUid=0", "hint: start as that user");
      assertThat(started.code()).isEqualTo(FOLDER);
    }
  }

  @Test
  void aFolderThatIsReadOnlyIsRefusedAndVerifiesStill() throws Exception {
    assumeRoot();
    Path folder = temporary.resolve("mounted");
    copy(whole, folder);
    assumeTrue(run("mount", "--bind", folder.toString(), folder.toString()) == 0, "no bind mounts");
    try {
      assumeTrue(
          run("mount", "-o", "remount,bind,ro", folder.toString()) == 0, "no read-only mounts");
      CommandLine started = CommandLine.run("serve", "--data", folder.toString(), "--port", "0");
      assertThat(started.err())
          .startsWith("FOLDER_READ_ONLY: data folder is on a disk that is mounted read-only: path=")
          .contains(folder.toString(), "hint: mount it for writing");
      assertThat(started.code()).isEqualTo(FOLDER);
      assertThat(CommandLine.run("verify", "--data", folder.toString()).code()).isZero();
    } finally {
      run("umount", folder.toString());
    }
  }

  @Test
  void aFullDiskIsNamed() throws Exception {
    assumeRoot();
    Path folder = Files.createDirectory(temporary.resolve("full"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", folder.toString()) == 0,
        "no tmpfs mounts");
    try {
      CommandLine started = CommandLine.run("serve", "--data", folder.toString(), "--port", "0");
      assertThat(started.err())
          .startsWith("DISK_FULL: no space to open the store: path=")
          .contains(folder.toString(), "hint: free space");
      assertThat(started.code()).isEqualTo(FOLDER);
    } finally {
      run("umount", folder.toString());
    }
  }

  @Test
  void whatMayNotBeWrittenIsNamed() throws Exception {
    assumeRoot();
    Path folder = temporary.resolve("immutable");
    copy(whole, folder);
    Path journal = folder.resolve("journal");
    assumeTrue(run("chattr", "+i", journal.toString()) == 0, "no immutable flag here");
    try {
      CommandLine started = CommandLine.run("serve", "--data", folder.toString(), "--port", "0");
      assertThat(started.err())
          .startsWith("FOLDER_DENIED: data folder must not be written: path=" + journal)
          .contains("hint: ");
      assertThat(started.code()).isEqualTo(FOLDER);
    } finally {
      run("chattr", "-i", journal.toString());
    }
  }

  private static void assumeRoot() {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root to make the case");
  }

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor();
    } catch (IOException e) {
      return -1; // no such program
    }
  }

  private static void file(Path folder) throws IOException {
    delete(folder);
    Files.writeString(folder, "no folder");
  }

  private static void thesis(Path folder) throws IOException {
    delete(folder);
    Files.createDirectories(folder.resolve("notes"));
    Files.writeString(folder.resolve("thesis.txt"), "precious");
  }

  private static Consumer<ByteBuffer> version(int version) {
    return header -> header.putShort(4, (short) version).putShort(6, (short) version);
  }

  /** Changes the headers of all files below a folder, and puts their checksums right. */
  private static void patchHeaders(Path folder, Consumer<ByteBuffer> change) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        ByteBuffer header = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          channel.read(header, 0);
          change.accept(header);
          CRC32C crc = new CRC32C();
          crc.update(header.array(), 0, 60);
          header.putInt(60, (int) crc.getValue());
          channel.write(header.clear(), 0);
        }
      }
    }
  }

  private static void eachFile(Path folder, Break how) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        how.in(file);
      }
    }
  }

  private static void cut(Path file, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }
  }

  private static void flip(Path file, int offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= 1;
    Files.write(file, bytes);
  }

  /** Names and lengths of everything inside but the lock. */
  private static List<String> contents(Path folder) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted().toList()) {
        if (!file.endsWith("lock")) {
          found.add(
              folder.relativize(file)
                  + " "
                  + (Files.isDirectory(file) ? "" : String.valueOf(Files.size(file))));
        }
      }
    }
    return found;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, IOException failure)
              throws IOException {
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Test
  void everyExitCodeIsInTheHelpAndOnThePage() throws IOException {
    String page =
        Files.readString(
            Path.of(System.getProperty("tidemark.root", "..")).resolve("docs/operations.md"),
            StandardCharsets.UTF_8);
    for (String command : List.of("serve", "demo")) {
      String help = CommandLine.run(command, "--help").out();
      for (String code : List.of("0", "1", "2", "3", "4", "5", "6", "70", "129, 130, 143")) {
        assertThat(help).containsPattern("(?m)^ *" + code + " {2,}\\w");
        assertThat(page).contains("| " + code + " | ");
      }
    }
  }
}
