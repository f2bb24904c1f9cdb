package io.tidemark.storage.io;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may use a data folder: its owner, and nobody else. A folder of this user that is open to
 * others is closed to them; one of another user is refused, also to root, whose files its owner
 * could not read afterwards.
 */
final class FolderRights {
  private static final Logger LOG = LoggerFactory.getLogger(FolderRights.class);
  static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private FolderRights() {}

  /** Checks a folder that may be missing; see {@link Disk#checkUsable}. */
  static void check(Path named) throws IOException {
    if (!Files.exists(named, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path folder = named.toRealPath();
    if (!Files.isDirectory(folder)) {
      throw new HistorianException(
          ErrorCode.FOREIGN_FILE,
          "data folder is a file: file=" + folder,
          null,
          "name a folder with --data",
          null);
    }
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return;
    }
    int self = uid(Path.of("/proc/self"));
    checkOwner(folder, self);
    if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
      throw new HistorianException(
          ErrorCode.FOLDER_DENIED,
          "data folder must not be read: folder=" + folder + ", mode=" + mode(folder),
          null,
          "chmod 700 " + folder,
          null);
    }
    try (Stream<Path> inside = Files.list(folder)) {
      for (Path each : (Iterable<Path>) inside::iterator) {
        if (!each.endsWith("lost+found")) {
          checkOwner(each, self);
        }
      }
    }
    close(folder);
  }

  private static void close(Path folder) throws IOException {
    String before = mode(folder);
    if (OWNER_ONLY.containsAll(Files.getPosixFilePermissions(folder))) {
      return;
    }
    try {
      Files.setPosixFilePermissions(folder, OWNER_ONLY);
    } catch (FileSystemException e) {
      if (String.valueOf(e.getReason()).contains("Read-only")) {
        return; // what is written next says so better
      }
      throw new HistorianException(
          ErrorCode.FOLDER_DENIED,
          "data folder is open to others and cannot be closed: folder="
              + folder
              + ", mode="
              + before
              + ", reason="
              + e.getReason(),
          null,
          "chmod 700 " + folder,
          e);
    }
    LOG.warn("data folder was open to others, now it is not: folder={}, mode={}", folder, before);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  private static void checkOwner(Path path, int self) throws IOException {
    int owner = uid(path);
    if (owner == self) {
      return;
    }
    String name = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
    throw new HistorianException(
        ErrorCode.FOLDER_DENIED,
        "data folder belongs to another user: path="
            + path
            + ", owner="
            + name
            + " (uid "
            + owner
            + "), expectedUid="
            + self,
        null,
        "start as that user (runuser -u " + name + " -- ...), or chown the whole folder",
        null);
  }
}
