package io.tidemark.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.tidemark.forward.ForwardConfig;
import io.tidemark.ingest.IngestConfig;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.query.sql.SqlLimits;
import io.tidemark.query.time.ShiftCalendar;
import io.tidemark.storage.DiskRule;
import io.tidemark.storage.StoreConfig;
import io.tidemark.storage.lifecycle.RetentionRule;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The server's settings: defaults, overridden by {@code tidemark.toml}, then by variables {@code
 * TIDEMARK_HTTP_PORT}, then by flags. Unknown keys are errors. Values carry their units: {@code
 * 64MiB}, {@code 5s}.
 *
 * @param dataDir folder of the store
 * @param timeZone zone of requests that name none
 * @param store sizes of the store
 * @param scrubIntervalNs within which all sealed files are read once to find damage; 0 for never
 * @param ingest limits of what comes in
 * @param ringBytes capacity of the hand-over
 * @param query limits of queries
 * @param http the HTTP door
 * @param flight the Flight SQL door
 * @param pg the door of the PostgreSQL protocol
 * @param security who may ask, and how the doors are locked
 * @param forward the server that samples are sent to, if any
 * @param calendars production days and shifts by name; {@code plant} always exists
 * @param settings all settings as they were written, by key
 */
public record HistorianConfig(
    Path dataDir,
    ZoneId timeZone,
    StoreConfig store,
    long scrubIntervalNs,
    IngestConfig ingest,
    int ringBytes,
    Query query,
    Http http,
    Door flight,
    Door pg,
    Security security,
    ForwardConfig forward,
    Map<String, ShiftCalendar> calendars,
    Map<String, String> settings) {

  /**
   * Limits of queries.
   *
   * @param timeLimitNs how long one may run
   * @param memoryBytesMax what one may hold
   * @param sqlMemoryBytesMax what the SQL engine may hold in all
   * @param sqlThreads threads of the SQL engine
   * @param sql how many statements may run and wait, and rows of one
   */
  public record Query(
      long timeLimitNs,
      long memoryBytesMax,
      long sqlMemoryBytesMax,
      int sqlThreads,
      SqlLimits sql) {}

  /**
   * The HTTP door.
   *
   * @param address where to listen
   * @param port port, 0 for any free one
   * @param bodyBytesMax longest request body
   * @param hostNames names that a Host header may hold beside localhost and loopback addresses
   * @param stopTimeoutNs how long running requests may take once the server stops
   */
  public record Http(
      String address, int port, long bodyBytesMax, List<String> hostNames, long stopTimeoutNs) {}

  /**
   * A door beside that of HTTP.
   *
   * @param address where to listen
   * @param port port, 0 for any free one; -1 if the door stays shut
   */
  public record Door(String address, int port) {
    /** Whether it is to be opened. */
    public boolean isWanted() {
      return port >= 0;
    }
  }

  /**
   * Who may ask, and how the doors are locked.
   *
   * @param hasLocalOperator whether peers on this machine need no credentials
   * @param sessionIdleNs after which a login of the web page ends
   * @param tls when doors speak TLS
   * @param certificateFile chain in PEM, or null for one of the server's own making
   * @param keyFile private key of it in PEM, or null
   */
  public record Security(
      boolean hasLocalOperator,
      long sessionIdleNs,
      Tls tls,
      @Nullable Path certificateFile,
      @Nullable Path keyFile) {}

  /** When doors speak TLS. */
  public enum Tls {
    /** If other machines can reach them. */
    AUTO,
    /** Always. */
    ON,
    /** Never. */
    OFF
  }

  /** A setting, its default and what it means: the documentation is made from these. */
  public enum Setting {
    /** Folder of the store. */
    DATA_DIR(
        "dataDir",
        "data",
        "Folder of the store; made if it is missing, readable by its owner only."),
    /** Zone of requests. */
    TIME_ZONE(
        "timeZone", "UTC", "Zone of calendar words and rendered times in requests that name none."),
    /** HTTP address. */
    HTTP_ADDRESS(
        "http.address",
        "127.0.0.1",
        "Address to listen on. One that other machines can reach needs TLS and an account."),
    /** HTTP port. */
    HTTP_PORT("http.port", "7300", "Port of the HTTP door."),
    /** Longest body. */
    HTTP_BODY_BYTES_MAX(
        "http.bodyBytesMax",
        "64MiB",
        "Longest request body; a longer one is refused with 413 before it is read."),
    /** Host names. */
    HTTP_HOST_NAMES(
        "http.hostNames",
        "",
        "Names, separated by commas, that a Host header may hold beside localhost."),
    /** Stop. */
    HTTP_STOP_TIMEOUT(
        "http.stopTimeout", "10s", "How long running requests may take once the server stops."),
    /** Flight address. */
    FLIGHT_ADDRESS(
        "flight.address", "", "Address of the Flight SQL door; without, that of http.address."),
    /** Flight port. */
    FLIGHT_PORT(
        "flight.port",
        "auto",
        "Port of the Flight SQL door: a number, 0 for any free one, off for none, auto for the one"
            + " after http.port."),
    /** PostgreSQL address. */
    PG_ADDRESS(
        "pg.address",
        "",
        "Address of the door for PostgreSQL clients; without, that of http.address."),
    /** PostgreSQL port. */
    PG_PORT(
        "pg.port",
        "auto",
        "Port of the door for PostgreSQL clients: a number, 0 for any free one, off for none, auto"
            + " for the second after http.port."),
    /** Local operator. */
    SECURITY_LOCAL_OPERATOR(
        "security.localOperator",
        "true",
        "Whether whoever is on the server's machine may do everything without credentials."),
    /** Idle sessions. */
    SECURITY_SESSION_IDLE(
        "security.sessionIdle",
        "15m",
        "Time without a request after which a login of the page ends."),
    /** TLS. */
    TLS_MODE(
        "tls.mode",
        "auto",
        "When doors speak TLS: auto (if their address can be reached from other machines), on or"
            + " off."),
    /** Certificate. */
    TLS_CERTIFICATE_FILE(
        "tls.certificateFile",
        "",
        "Certificate chain in PEM, read again when it changes; without one the server makes its own"
            + " in the data folder and prints its fingerprint."),
    /** Key. */
    TLS_KEY_FILE(
        "tls.keyFile", "", "Private key of the certificate in PEM (PKCS #8), without a password."),
    /** Hot memory. */
    STORE_HOT_BYTES_MAX(
        "store.hotBytesMax",
        "256MiB",
        "Memory for recent samples; a seal begins when half of it is used."),
    /** Seal age. */
    STORE_SEAL_INTERVAL(
        "store.sealInterval",
        "1h",
        "Age of the oldest unsealed sample after which a seal begins, once most tags have thousands"
            + " of samples; at the latest after 24 times as long."),
    /** Journal file. */
    STORE_JOURNAL_FILE_BYTES_MAX("store.journalFileBytesMax", "64MiB", "Size of a journal file."),
    /** Kind of journal. */
    STORE_JOURNAL(
        "store.journal",
        "file",
        "Journal for new frames: file (plain preallocated files) or chronicle (Chronicle Queue)."
            + " Old ones of either kind are read."),
    /** What to do about damage in the journal. */
    STORE_RECOVERY_MODE(
        "store.recoveryMode",
        "salvage",
        "What a start does when the journal misses frames that were forced: salvage starts with the"
            + " rest and says so in /health/status, strict refuses to start."),
    /** Free space. */
    STORE_FREE_BYTES_MIN(
        "store.freeBytesMin",
        "256MiB",
        "Free space below which writes are refused; queries go on."),
    /** Low space. */
    STORE_FREE_PERCENT_LOW(
        "store.freePercentLow",
        "10",
        "Free space in percent of the disk below which /health/status says DISK_LOW; 0 for never."),
    /** Ballast. */
    STORE_BALLAST_BYTES(
        "store.ballastBytes",
        "256MiB",
        "Size of the file ballast in the data folder, which holds nothing: delete it on a full disk"
            + " to have room to work. Made again when there is plenty; not made where it would be"
            + " more than a 16th of what is free. 0 for none."),
    /** Retention by age. */
    STORE_RETENTION_AGE(
        "store.retentionAge",
        "0d",
        "Age of source times beyond which samples are dropped, a segment at a time, and refused; 0d"
            + " keeps them for ever."),
    /** Retention by size. */
    STORE_RETENTION_BYTES_MAX(
        "store.retentionBytesMax",
        "0",
        "Bytes that segments may take; the oldest are dropped beyond. 0 sets no limit."),
    /** Scrub. */
    STORE_SCRUB_INTERVAL(
        "store.scrubInterval",
        "30d",
        "Time within which all sealed files are read once to find damage; 0d for never."),
    /** Future guard. */
    INGEST_FUTURE_MAX(
        "ingest.futureMax", "10m", "How far ahead of the server's clock a source time may be."),
    /** Tags. */
    INGEST_TAGS_MAX("ingest.tagsMax", "1000000", "Tags that the store may have."),
    /** New tags. */
    INGEST_NEW_TAGS_PER_HOUR(
        "ingest.newTagsPerHour",
        "100000",
        "Tags that an account may make in an hour by writing samples to new names."),
    /** Quarantine. */
    INGEST_QUARANTINE_BYTES_MAX(
        "ingest.quarantineBytesMax",
        "64MiB",
        "Bytes of samples that a rule refused and that are kept to be replayed; the oldest go"
            + " first. 0 keeps none."),
    /** Metrics as tags. */
    INGEST_SYS_TAGS_INTERVAL(
        "ingest.sysTagsInterval",
        "0s",
        "How often the server's metrics are stored as tags sys.*, to be trended like any; 0s for"
            + " never."),
    /** Ring. */
    INGEST_RING_BYTES(
        "ingest.ringBytes",
        "16MiB",
        "Capacity of the hand-over to the append path; a power of two of at least 8MiB."),
    /** Offer wait. */
    INGEST_OFFER_WAIT(
        "ingest.offerWait",
        "2s",
        "How long a write waits for room in the hand-over before it is pushed back."),
    /** Query time. */
    QUERY_TIME_LIMIT("query.timeLimit", "30s", "How long a query may run."),
    /** Query memory. */
    QUERY_MEMORY_BYTES_MAX("query.memoryBytesMax", "256MiB", "Memory that one query may hold."),
    /** SQL memory. */
    QUERY_SQL_MEMORY_BYTES_MAX(
        "query.sqlMemoryBytesMax", "1GiB", "Memory of the SQL engine; it spills to disk beyond."),
    /** SQL threads. */
    QUERY_SQL_THREADS("query.sqlThreads", "0", "Threads of the SQL engine; 0 takes one per core."),
    /** SQL statements. */
    QUERY_SQL_CONCURRENT(
        "query.sqlConcurrent",
        "0",
        "Statements that run at a time; 0 takes one per core, at least 2. More of them wait."),
    /** SQL queue. */
    QUERY_SQL_QUEUED(
        "query.sqlQueued",
        "64",
        "Statements that may wait for their turn, within their time limit; more are refused with"
            + " 429."),
    /** SQL rows. */
    QUERY_SQL_ROWS_MAX(
        "query.sqlRowsMax",
        "0",
        "Rows that a statement may yield; one that yields more fails with TOO_MANY. 0 sets no"
            + " limit."),
    /** Server to forward to. */
    FORWARD_TO(
        "forward.to",
        "",
        "Address of a server that all samples are sent to (docs/forward.md), such as"
            + " https://historian.example:7300; empty for none."),
    /** Token for it. */
    FORWARD_TOKEN_FILE(
        "forward.tokenFile",
        "",
        "File that holds the token of an account that may write and define there; read again with"
            + " every request."),
    /** Trust in it. */
    FORWARD_TRUST_FILE(
        "forward.trustFile",
        "",
        "Certificates in PEM that are trusted beside the system's, such as the one that the server"
            + " made for itself."),
    /** Name there. */
    FORWARD_NAME(
        "forward.name",
        "",
        "Name by which that server knows this one, its own for each that forwards; without, the"
            + " machine's name."),
    /** Lag. */
    FORWARD_LIVE_LAG(
        "forward.liveLag",
        "2s",
        "Age of the oldest sample not sent beyond which what waits is sent beside what is new, not"
            + " before it."),
    /** Samples of a request. */
    FORWARD_REQUEST_SAMPLES(
        "forward.requestSamples",
        "65536",
        "Samples after which a forwarded request takes no further frame.");

    private final String key;
    private final String defaultText;
    private final String description;

    Setting(String key, String defaultText, String description) {
      this.key = key;
      this.defaultText = defaultText;
      this.description = description;
    }

    /** Dotted key in the file. */
    public String key() {
      return key;
    }

    /** Default as text. */
    public String defaultText() {
      return defaultText;
    }

    /** One sentence for people. */
    public String description() {
      return description;
    }

    /** Name of the variable that overrides it. */
    public String variable() {
      return "TIDEMARK_"
          + key.replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
    }
  }

  /* Variables that other parts of the product read. */
  private static final List<String> FOREIGN_VARIABLES =
      List.of(
          "TIDEMARK_JAVA_HOME",
          "TIDEMARK_SERVER",
          "TIDEMARK_TOKEN",
          "TIDEMARK_TRUST",
          "TIDEMARK_TEST_DATA",
          "TIDEMARK_VERBOSE",
          "TIDEMARK_HEAP");

  private static final Pattern HOST_NAME = Pattern.compile("[!-~]([ -~]{0,198}[!-~])?");
  private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*(B|KiB|MiB|GiB)?");
  private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");

  /**
   * Reads all sources.
   *
   * @param file the configuration file, or null for none
   * @param variables environment
   * @param flags values by key, from the command line
   * @throws HistorianException naming the key, the value, where it came from and what is allowed.
   */
  public static HistorianConfig load(
      @Nullable Path file, Map<String, String> variables, Map<String, String> flags) {
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, String> sources = new LinkedHashMap<>();
    List<String> keys = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      keys.add(setting.key());
      values.put(setting.key(), setting.defaultText());
      sources.put(setting.key(), "default");
    }
    if (file != null) {
      readFile(file)
          .forEach((key, value) -> put(keys, values, sources, key, value, file.toString()));
    }
    variables.forEach(
        (name, value) -> {
          if (name.startsWith("TIDEMARK_") && !FOREIGN_VARIABLES.contains(name)) {
            String key = keyOfVariable(name);
            put(keys, values, sources, key == null ? name : key, value, "environment");
          }
        });
    flags.forEach((key, value) -> put(keys, values, sources, key, value, "command line"));
    return build(new Reader(values, sources));
  }

  private static @Nullable String keyOfVariable(String name) {
    for (Setting setting : Setting.values()) {
      if (setting.variable().equals(name)) {
        return setting.key();
      }
    }
    return null;
  }

  private static void put(
      List<String> keys,
      Map<String, String> values,
      Map<String, String> sources,
      String key,
      String value,
      String source) {
    if (!values.containsKey(key) && !CalendarSettings.isKey(key)) {
      String nearest = NearestName.find(key, keys);
      throw new HistorianException(
          ErrorCode.UNKNOWN_FIELD,
          "unknown setting: key=" + ErrorText.quote(key) + ", source=" + source,
          key,
          key.startsWith("calendar.")
              ? "a calendar has zone, dayStart and shifts, see docs/configuration.md"
              : nearest == null ? "see docs/configuration.md" : "did you mean " + nearest + "?",
          null);
    }
    values.put(key, value);
    sources.put(key, source);
  }

  private static Map<String, String> readFile(Path file) {
    Map<String, String> values = new LinkedHashMap<>();
    try {
      flatten("", new TomlMapper().readTree(file.toFile()), values::put);
    } catch (IOException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "cannot read the configuration: file=" + file + ", " + e.getMessage(),
          e);
    }
    return values;
  }

  private static void flatten(
      String prefix, JsonNode node, java.util.function.BiConsumer<String, String> out) {
    node.properties()
        .forEach(
            field -> {
              String key = prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey();
              JsonNode value = field.getValue();
              if (value.isObject()) {
                flatten(key, value, out);
              } else if (value.isArray()) {
                List<String> items = new ArrayList<>();
                value.forEach((Consumer<JsonNode>) item -> items.add(item.asText()));
                out.accept(key, String.join(",", items));
              } else {
                out.accept(key, value.asText());
              }
            });
  }

  private static HistorianConfig build(Reader reader) {
    ZoneId zone = reader.zone(Setting.TIME_ZONE);
    String hosts = reader.text(Setting.HTTP_HOST_NAMES).strip();
    int cores = Runtime.getRuntime().availableProcessors();
    int threads = reader.integer(Setting.QUERY_SQL_THREADS, 0, 256);
    int concurrent = reader.integer(Setting.QUERY_SQL_CONCURRENT, 0, 256);
    return new HistorianConfig(
        Path.of(reader.text(Setting.DATA_DIR)),
        zone,
        new StoreConfig(
            reader.bytes(Setting.STORE_HOT_BYTES_MAX, 1 << 20),
            reader.nanos(Setting.STORE_SEAL_INTERVAL) / 1000,
            reader.bytes(Setting.STORE_JOURNAL_FILE_BYTES_MAX, 4 << 20),
            new DiskRule(
                reader.bytes(Setting.STORE_FREE_BYTES_MIN, 0),
                reader.integer(Setting.STORE_FREE_PERCENT_LOW, 0, 99),
                reader.bytes(Setting.STORE_BALLAST_BYTES, 0)),
            new RetentionRule(
                reader.nanos(Setting.STORE_RETENTION_AGE),
                reader.bytes(Setting.STORE_RETENTION_BYTES_MAX, 0)),
            reader.oneOf(Setting.STORE_JOURNAL, "file", "chronicle").equals("file")
                ? StoreConfig.JournalKind.FILE
                : StoreConfig.JournalKind.CHRONICLE,
            reader.oneOf(Setting.STORE_RECOVERY_MODE, "salvage", "strict").equals("strict")),
        reader.nanos(Setting.STORE_SCRUB_INTERVAL),
        new IngestConfig(
            reader.nanos(Setting.INGEST_FUTURE_MAX),
            reader.integer(Setting.INGEST_TAGS_MAX, 1, 4_000_000),
            reader.integer(Setting.INGEST_NEW_TAGS_PER_HOUR, 1, 4_000_000),
            reader.nanos(Setting.STORE_RETENTION_AGE),
            reader.nanos(Setting.INGEST_OFFER_WAIT),
            reader.bytes(Setting.INGEST_QUARANTINE_BYTES_MAX, 0),
            reader.nanos(Setting.INGEST_SYS_TAGS_INTERVAL)),
        reader.powerOfTwo(Setting.INGEST_RING_BYTES, 8 << 20),
        new Query(
            reader.nanos(Setting.QUERY_TIME_LIMIT),
            reader.bytes(Setting.QUERY_MEMORY_BYTES_MAX, 1 << 20),
            reader.bytes(Setting.QUERY_SQL_MEMORY_BYTES_MAX, 64 << 20),
            threads == 0 ? cores : threads,
            new SqlLimits(
                concurrent == 0 ? Math.max(2, cores) : concurrent,
                reader.integer(Setting.QUERY_SQL_QUEUED, 0, 1024),
                reader.integer(Setting.QUERY_SQL_ROWS_MAX, 0, Integer.MAX_VALUE))),
        new Http(
            reader.text(Setting.HTTP_ADDRESS),
            reader.integer(Setting.HTTP_PORT, 0, 65_535),
            reader.bytes(Setting.HTTP_BODY_BYTES_MAX, 1024),
            hosts.isEmpty() ? List.of() : List.of(hosts.split("\\s*,\\s*")),
            reader.nanos(Setting.HTTP_STOP_TIMEOUT)),
        reader.door(Setting.FLIGHT_ADDRESS, Setting.FLIGHT_PORT, 1),
        reader.door(Setting.PG_ADDRESS, Setting.PG_PORT, 2),
        new Security(
            reader.oneOf(Setting.SECURITY_LOCAL_OPERATOR, "true", "false").equals("true"),
            reader.nanos(Setting.SECURITY_SESSION_IDLE),
            Tls.valueOf(
                reader.oneOf(Setting.TLS_MODE, "auto", "on", "off").toUpperCase(Locale.ROOT)),
            reader.file(Setting.TLS_CERTIFICATE_FILE),
            reader.file(Setting.TLS_KEY_FILE)),
        new ForwardConfig(
            reader.address(Setting.FORWARD_TO),
            reader.file(Setting.FORWARD_TOKEN_FILE),
            reader.file(Setting.FORWARD_TRUST_FILE),
            reader.hostName(Setting.FORWARD_NAME),
            reader.nanos(Setting.FORWARD_LIVE_LAG),
            reader.integer(Setting.FORWARD_REQUEST_SAMPLES, 1, 1 << 20)),
        CalendarSettings.read(reader.values(), reader.sources(), zone),
        new TreeMap<>(reader.values()));
  }

  /** Reads values and names key and source in every error. */
  private record Reader(Map<String, String> values, Map<String, String> sources) {
    String text(Setting setting) {
      return values.getOrDefault(setting.key(), setting.defaultText());
    }

    Door door(Setting address, Setting port, int afterHttp) {
      String own = text(address).strip();
      String where = own.isEmpty() ? text(Setting.HTTP_ADDRESS) : own;
      String number = text(port).strip().toLowerCase(Locale.ROOT);
      int http = integer(Setting.HTTP_PORT, 0, 65_535);
      return switch (number) {
        case "off" -> new Door(where, -1);
        case "auto" -> new Door(where, http == 0 ? 0 : Math.min(http + afterHttp, 65_535));
        default -> {
          try {
            int value = Integer.parseInt(number);
            if (value >= 0 && value <= 65_535) {
              yield new Door(where, value);
            }
          } catch (NumberFormatException e) {
            // Reported below.
          }
          throw bad(port, "a port from 0 to 65535, off or auto");
        }
      };
    }

    @Nullable Path file(Setting setting) {
      String name = text(setting).strip();
      return name.isEmpty() ? null : Path.of(name);
    }

    @Nullable URI address(Setting setting) {
      String text = text(setting).strip();
      if (text.isEmpty()) {
        return null;
      }
      try {
        URI address = new URI(text);
        if (address.getHost() != null
            && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
          return address;
        }
      } catch (URISyntaxException e) {
        // Reported below.
      }
      throw bad(setting, "an address such as https://historian.example:7300");
    }

    /** A name for headers; without one that of the machine. */
    String hostName(Setting setting) {
      String name = text(setting).strip();
      if (name.isEmpty()) {
        try {
          return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
          return "tidemark";
        }
      }
      if (HOST_NAME.matcher(name).matches()) {
        return name;
      }
      throw bad(setting, "up to 200 printable ASCII characters");
    }

    String oneOf(Setting setting, String... allowed) {
      String value = text(setting).strip().toLowerCase(Locale.ROOT);
      if (List.of(allowed).contains(value)) {
        return value;
      }
      throw bad(setting, String.join(" or ", allowed));
    }

    int integer(Setting setting, int min, int max) {
      try {
        int value = Integer.parseInt(text(setting).strip());
        if (value >= min && value <= max) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Reported below.
      }
      throw bad(setting, "a whole number from " + min + " to " + max);
    }

    long bytes(Setting setting, long min) {
      Matcher matcher = SIZE.matcher(text(setting).strip());
      if (matcher.matches()) {
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift =
            switch (unit) {
              case "KiB" -> 10;
              case "MiB" -> 20;
              case "GiB" -> 30;
              default -> 0;
            };
        try {
          long value = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
          if (value >= min) {
            return value;
          }
        } catch (ArithmeticException | NumberFormatException e) {
          // Reported below.
        }
      }
      throw bad(setting, "a size of at least " + min + " bytes, such as 64MiB");
    }

    int powerOfTwo(Setting setting, int min) {
      long value = bytes(setting, min);
      if (Long.bitCount(value) == 1 && value <= 1 << 30) {
        return (int) value;
      }
      throw bad(setting, "a power of two from " + min + " bytes to 1GiB");
    }

    long nanos(Setting setting) {
      Matcher matcher = DURATION.matcher(text(setting).strip());
      if (matcher.matches()) {
        long unit =
            switch (matcher.group(2)) {
              case "ms" -> 1_000_000L;
              case "s" -> 1_000_000_000L;
              case "m" -> 60_000_000_000L;
              case "h" -> 3_600_000_000_000L;
              default -> 86_400_000_000_000L;
            };
        try {
          return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException | NumberFormatException e) {
          // Reported below.
        }
      }
      throw bad(setting, "a duration such as 500ms, 5s, 10m, 1h or 7d");
    }

    ZoneId zone(Setting setting) {
      try {
        return ZoneId.of(text(setting).strip());
      } catch (DateTimeException e) {
        throw bad(setting, "a time zone such as UTC or Europe/Berlin");
      }
    }

    private HistorianException bad(Setting setting, String allowed) {
      return new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "setting cannot be used: key="
              + setting.key()
              + ", value="
              + ErrorText.quote(text(setting))
              + ", source="
              + sources.get(setting.key())
              + ", allowed="
              + allowed,
          setting.key(),
          null,
          null);
    }
  }
}
