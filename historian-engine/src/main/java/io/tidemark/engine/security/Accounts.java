package io.tidemark.engine.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All accounts. The truth is the journal, which has a record for each change; a file beside the
 * store holds the newest state, since doors must know who asks before the store has recovered.
 *
 * <p>Threads: any may read. Changes belong to one thread at a time.
 */
public final class Accounts {
  /** Most accounts, revoked ones included. */
  public static final int ACCOUNTS_MAX = 10_000;

  private static final String FIELD = "account";
  private static final String OWNER_ONLY = "rw-------";

  /** Immutable maps that are replaced together. */
  private record State(Map<String, Account> byName, Map<String, Account> byTokenHash) {
    static State of(Map<String, Account> byName) {
      Map<String, Account> byTokenHash = new HashMap<>();
      for (Account account : byName.values()) {
        if (account.kind() == Account.Kind.TOKEN) {
          byTokenHash.put(account.secretHash(), account);
        }
      }
      return new State(byName, byTokenHash);
    }
  }

  private final Path file;
  private final TreeMap<String, Account> replayed = new TreeMap<>();
  private volatile State state = State.of(Map.of());

  private Accounts(Path file) {
    this.file = file;
  }

  /**
   * The accounts of a file; none if it is missing.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT} if it cannot be read
   */
  public static Accounts load(Path file) throws IOException {
    Accounts accounts = new Accounts(file);
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return accounts;
    }
    JsonNode tree = AccountJson.tree(bytes);
    if (tree == null || !tree.path("accounts").isArray()) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "file of accounts cannot be read: file=" + file,
          null,
          "delete it: the next start makes it again from the journal",
          null);
    }
    TreeMap<String, Account> byName = new TreeMap<>();
    for (JsonNode node : tree.path("accounts")) {
      Account account = AccountJson.read(node);
      byName.put(account.name(), account);
    }
    accounts.state = State.of(byName);
    return accounts;
  }

  /** The account of that name, or null. */
  public @Nullable Account find(String name) {
    return state.byName.get(name);
  }

  @Nullable Account ofTokenHash(String hash) {
    return state.byTokenHash.get(hash);
  }

  /** All of them, by name. */
  public Collection<Account> all() {
    return state.byName.values();
  }

  /** Whether there is one that is valid. */
  public boolean isAnyValid(long nowNs) {
    return state.byName.values().stream().anyMatch(account -> account.isValid(nowNs));
  }

  /** The journal record of a change: the account as it is from now on. */
  public static byte[] record(Account account) {
    ObjectNode node = AccountJson.object();
    node.set(FIELD, AccountJson.write(account));
    return AccountJson.bytes(node);
  }

  /**
   * Takes a journal record of a start into account, if it is one of accounts: what it says counts
   * once {@link #recovered} is called.
   */
  public boolean replay(byte[] record) {
    JsonNode tree = AccountJson.tree(record);
    JsonNode node = tree == null ? null : tree.get(FIELD);
    if (node == null || !node.isObject()) {
      return false;
    }
    Account account = AccountJson.read(node);
    replayed.put(account.name(), account);
    return true;
  }

  /** Makes what the journal said the state, and the file the same. */
  public void recovered() throws IOException {
    if (!replayed.equals(state.byName)) {
      state = State.of(new TreeMap<>(replayed));
      save();
    }
    replayed.clear();
  }

  /** Takes over a change that is journaled. */
  public void apply(Account account) throws IOException {
    TreeMap<String, Account> next = new TreeMap<>(state.byName);
    next.put(account.name(), account);
    state = State.of(next);
    save();
  }

  private void save() throws IOException {
    ObjectNode tree = AccountJson.object();
    ArrayNode list = tree.putArray("accounts");
    state.byName.values().forEach(account -> list.add(AccountJson.write(account)));
    Files.createDirectories(
        file.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(beside);
    Files.createFile(
        beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    try (FileChannel out = FileChannel.open(beside, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(AccountJson.bytes(tree));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
