package io.tidemark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a data set. While it is made, {@value #STATE} says what is asked and, a line each,
 * which files are whole; at the end {@value #DATASET} describes all of them. One thread.
 */
final class ExportFolder {
  /** What is known of an export that is not at its end: lines of JSON, the question first. */
  static final String STATE = "_export.json";

  /** The description of a whole data set. */
  static final String DATASET = "_dataset.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final ObjectMapper LINES = new ObjectMapper();

  private final Path folder;
  private final Map<String, ObjectNode> finished = new HashMap<>();
  private @Nullable ObjectNode head;

  private ExportFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens a folder, which is made if it is not there.
   *
   * @param asked what is exported, and how
   * @param asOf data version that is wanted, or null for any
   * @param force whether to begin anew where another export is; files of others are left alone
   * @throws HistorianException {@link ErrorCode#CONFLICT} if something else is there
   */
  static ExportFolder open(Path path, ObjectNode asked, @Nullable String asOf, boolean force)
      throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw conflict("not a folder: out=" + path, "name a folder");
    }
    Files.createDirectories(path);
    ExportFolder folder = new ExportFolder(path.toRealPath());
    if (force) {
      folder.clear();
      return folder;
    }
    if (Files.exists(path.resolve(DATASET))) {
      throw conflict(
          "data set is complete already: out=" + path, "--force makes it anew, or name another");
    }
    folder.readState();
    ObjectNode known = folder.head;
    if (known == null) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
        if (files.iterator().hasNext()) {
          throw conflict(
              "folder holds other files: out=" + path, "name an empty one, or add --force");
        }
      }
    } else if (!known.path("asked").equals(asked)) {
      throw conflict(
          "folder holds a part of another export: out="
              + path
              + ", question="
              + known.path("asked"),
          "repeat that one, name another folder, or begin anew with --force");
    } else if (asOf != null && !asOf.equals(known.path("dataVersion").asText())) {
      throw conflict(
          "folder holds a part of an export at another data version: out="
              + path
              + ", dataVersion="
              + known.path("dataVersion").asText(),
          "leave --as-of out, name another folder, or begin anew with --force");
    }
    return folder;
  }

  private static HistorianException conflict(String message, String hint) {
    return new HistorianException(ErrorCode.CONFLICT, message, null, hint, null);
  }

  private void readState() throws IOException {
    Path state = folder.resolve(STATE);
    if (!Files.exists(state)) {
      return;
    }
    List<String> lines =
        new String(Files.readAllBytes(state), StandardCharsets.UTF_8).lines().toList();
    for (String line : lines) {
      JsonNode node;
      try {
        node = LINES.readTree(line);
      } catch (JsonProcessingException e) {
        break; // it ended while this line was written
      }
      if (!(node instanceof ObjectNode object)) {
        break;
      }
      if (head == null) {
        head = object;
      } else {
        finished.put(object.path("path").asText(), object);
      }
    }
  }

  /** Takes away what an export has left here, and nothing else. */
  private void clear() throws IOException {
    readState();
    Path dataset = folder.resolve(DATASET);
    if (Files.exists(dataset)) {
      for (JsonNode file : LINES.readTree(Files.readAllBytes(dataset)).path("files")) {
        finished.put(file.path("path").asText(), LINES.createObjectNode());
      }
    }
    for (String path : finished.keySet()) {
      Path file = folder.resolve(path).normalize();
      if (file.startsWith(folder) && Files.isRegularFile(file)) {
        Files.delete(file);
      }
    }
    Files.deleteIfExists(dataset);
    Files.deleteIfExists(folder.resolve(STATE));
    finished.clear();
    head = null;
  }

  /**
   * What a former run has fixed: {@code dataVersion} and {@code now}; null if this is the first.
   */
  @Nullable JsonNode fixed() {
    return head;
  }

  /** Begins, or goes on. */
  void begin(ObjectNode asked, String dataVersion, String now) throws IOException {
    if (head != null) {
      rewriteState();
      return;
    }
    ObjectNode begun = LINES.createObjectNode();
    begun.set("asked", asked);
    begun.put("dataVersion", dataVersion).put("now", now);
    head = begun;
    rewriteState();
  }

  /** Without a line that was cut off, behind which nothing could be appended. */
  private void rewriteState() throws IOException {
    try (OutputFile file = new OutputFile(folder.resolve(STATE), true)) {
      try (OutputStream out = file.stream()) {
        out.write((LINES.writeValueAsString(head) + "\n").getBytes(StandardCharsets.UTF_8));
        for (ObjectNode part : finished.values()) {
          out.write((LINES.writeValueAsString(part) + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
      file.commit();
    }
  }

  /** What is known of a file that a former run finished, if it is still what it was; else null. */
  @Nullable ObjectNode finished(String path) throws IOException {
    ObjectNode known = finished.get(path);
    Path file = folder.resolve(path);
    boolean isWhole =
        known != null
            && Files.isRegularFile(file)
            && Files.size(file) == known.path("bytes").asLong()
            && sha256(file).equals(known.path("sha256").asText());
    return isWhole ? known : null;
  }

  /** A file to write; what a killed run left half written beside it goes away. */
  OutputFile file(String path) throws IOException {
    Path file = folder.resolve(path);
    Path parent = file.getParent();
    if (parent == null || !file.normalize().startsWith(folder)) {
      throw new IllegalStateException("path leads out of the folder: " + path);
    }
    Files.createDirectories(parent);
    try (DirectoryStream<Path> halves =
        Files.newDirectoryStream(parent, "." + file.getFileName() + ".*.part")) {
      for (Path half : halves) {
        Files.delete(half);
      }
    }
    return new OutputFile(file, true);
  }

  /** Notes that a file is whole, with its columns, and returns what is known of it. */
  ObjectNode finish(String path, JsonNode partition, ExportFormat.Written written)
      throws IOException {
    Path file = folder.resolve(path);
    ObjectNode part = LINES.createObjectNode().put("path", path);
    part.set("partition", partition);
    part.put("rows", written.rows());
    part.put("bytes", Files.size(file));
    part.put("sha256", sha256(file));
    ArrayNode columns = part.putArray("columns");
    for (ExportFormat.NamedColumn column : written.columns()) {
      ObjectNode node = columns.addObject().put("name", column.name());
      if (!column.type().isEmpty()) {
        node.put("type", column.type());
      }
      node.put("uom", column.uom());
    }
    finished.put(path, part);
    Files.write(
        folder.resolve(STATE),
        (LINES.writeValueAsString(part) + "\n").getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.APPEND,
        StandardOpenOption.SYNC);
    return part;
  }

  /** Describes the data set, which is then complete. */
  void complete(ObjectNode description) throws IOException {
    try (OutputFile file = new OutputFile(folder.resolve(DATASET), true)) {
      try (OutputStream out = file.stream()) {
        out.write((JSON.writeValueAsString(description) + "\n").getBytes(StandardCharsets.UTF_8));
      }
      file.commit();
    }
    Files.deleteIfExists(folder.resolve(STATE));
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
