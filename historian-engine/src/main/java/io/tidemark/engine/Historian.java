package io.tidemark.engine;

import io.tidemark.engine.security.Access;
import io.tidemark.engine.security.Account;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.RequestId;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.ingest.decode.TimeUnitCode;
import io.tidemark.model.DamageRule;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.model.WriteMode;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextSearch;
import io.tidemark.query.context.ContextStore;
import io.tidemark.query.context.ContextWindows;
import io.tidemark.query.sql.SqlResult;
import io.tidemark.query.sql.SqlShape;
import io.tidemark.query.time.ShiftCalendar;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What every door may ask of the server. Calls block; run them on a thread that may. Safe from any
 * thread. Errors are {@link io.tidemark.model.HistorianException}.
 */
public interface Historian {
  /** Bodies that {@link #write} reads. */
  enum WriteFormat {
    /** Influx line protocol. */
    LINE_PROTOCOL,
    /** JSON: {@code {"samples":[{"tag","ts","value","status"}]}}. */
    JSON,
    /** Stream of Arrow IPC, see {@link io.tidemark.ingest.arrow.ArrowSamples}. */
    ARROW
  }

  /**
   * How a body of samples is to be read and stored.
   *
   * @param precision unit of times that are numbers
   * @param level what the acknowledgement survives
   * @param mode what a sample does where another of its time is there
   * @param request number of the request, from a client that counts them; null from others
   */
  record WriteOptions(
      WriteFormat format,
      TimeUnitCode precision,
      AckLevel level,
      WriteMode mode,
      @Nullable RequestId request) {}

  /**
   * Decodes and stores samples and returns once they are acknowledged. Refused items are in the
   * report; a body that is no such format at all throws.
   */
  WriteReport write(WriteOptions options, byte[] body, Principal principal);

  /**
   * A session for samples that a door decodes itself: of one request, on one thread. Samples of
   * tags that the principal may not write are refused.
   *
   * @param request number of the request; null from clients that do not count
   */
  WriteSession openWrite(AckLevel level, @Nullable RequestId request, Principal principal);

  /** Samples that a rule refused and that are kept for another try; for administrators. */
  SampleQuarantine.Content refusedSamples(Principal principal);

  /**
   * Tries them again, as this principal: those that are refused again are kept again. Needs the
   * right to write, too.
   */
  WriteReport replayRefusedSamples(Principal principal);

  /** Forgets them. */
  void clearRefusedSamples(Principal principal);

  /** The tags, whoever may read them: see {@link #readableTags}. */
  TagCatalog tags();

  /**
   * Ids of the tags that a principal may read; refuses who may read none at all. Others are to be
   * treated as if they did not exist.
   */
  IntPredicate readableTags(Principal principal);

  /** Who may do what. */
  Access access();

  /**
   * Makes an account.
   *
   * @param by needs the right to administer, as do all changes of accounts
   */
  NewAccount createAccount(AccountRequest request, Principal by);

  /**
   * An account that was made.
   *
   * @param secret of a token, said this once; null for a user
   */
  record NewAccount(Account account, @Nullable String secret) {}

  /** Gives a user another password; a user may do so for itself. */
  void setPassword(String name, String password, Principal by);

  /** Ends an account for good; a token may end itself. */
  Account revokeAccount(String name, Principal by);

  /** All accounts, by name. */
  List<Account> accounts(Principal by);

  /**
   * Finds tags by words that stand in their name, description, unit of measure, or in the
   * attributes and equipment they serve; the best hits first. Others than those that the principal
   * may read are not there.
   *
   * @param filter pattern of names, {@code *} for all
   * @param words null for every tag that fits the pattern
   */
  List<TagHit> searchTags(String filter, @Nullable String words, Principal principal);

  /** A tag and what it stands for. */
  record TagHit(TagDefinition tag, List<TagBinding> bindings) {}

  /** An attribute of an equipment that a tag serves. */
  record TagBinding(String equipmentId, String equipmentName, String attribute) {}

  /**
   * Creates a tag or changes its definition.
   *
   * @param change fields that are null stay as they are, or get their default
   */
  TagChangeResult putTag(String name, TagChange change, Principal principal);

  /**
   * Fields of a tag that a client may set.
   *
   * @param type label of the type, only for a tag without samples of another type
   * @param duplicates label of the rule for a second sample of the same time
   * @param forecast whether its samples lie in the future by their nature
   */
  record TagChange(
      @Nullable String type,
      @Nullable String uom,
      @Nullable String description,
      @Nullable Boolean step,
      @Nullable Double rangeLow,
      @Nullable Double rangeHigh,
      @Nullable List<String> states,
      @Nullable String duplicates,
      @Nullable Boolean forecast) {}

  /** Outcome of a change. */
  record TagChangeResult(Outcome outcome, TagDefinition tag) {}

  /** What an upsert did. */
  enum Outcome {
    /** It was new. */
    CREATED,
    /** It got a new version. */
    UPDATED,
    /** It was the same already. */
    UNCHANGED
  }

  /** A query's context, as below, that contains damage. */
  default OpenQuery openQuery(Principal principal, @Nullable ZoneId zone) {
    return openQuery(principal, zone, QueryOptions.USUAL);
  }

  /**
   * What of the store a query sees.
   *
   * @param damageRule what to do where samples cannot be read
   * @param versions which sample of a time counts
   * @param asOf the data version to read, as an answer once named it; null for the newest
   */
  record QueryOptions(DamageRule damageRule, VersionMode versions, @Nullable String asOf) {
    /** The newest, with damage contained. */
    public static final QueryOptions USUAL =
        new QueryOptions(DamageRule.CONTAIN, VersionMode.LATEST, null);
  }

  /**
   * A query's context over a snapshot, with the configured limits. Close it when the answer is out.
   */
  OpenQuery openQuery(Principal principal, @Nullable ZoneId zone, QueryOptions options);

  /** A context and the snapshot it holds. */
  interface OpenQuery extends AutoCloseable {
    /** The context. */
    QueryContext context();

    @Override
    void close();
  }

  /** Questions about samples. */
  HistorianQueries queries();

  /** Batches or phases as intervals; see {@link ContextWindows#find}. */
  List<ContextWindows.Window> contextWindows(
      ContextWindows.Choice choice, QueryContext context, int limit);

  /** Runs a user's statement once it is its turn; close the result before the query. */
  SqlResult sql(String statement, List<@Nullable Object> parameters, QueryContext context);

  /**
   * What a user's statement would yield; it is planned, not run.
   *
   * @param parameters as those of {@link #sql}
   */
  ResultHead describeSql(String statement, List<@Nullable Object> parameters, QueryContext context);

  /** SQL types of the values that a statement takes; VARCHAR where it does not say. */
  List<String> sqlParameterTypes(String statement, QueryContext context);

  /**
   * Columns and parameter types of a user's statement, without running it.
   *
   * @param parameters how many values it will be given
   */
  SqlShape shapeOfSql(String statement, int parameters, QueryContext context);

  /**
   * Creates or changes one context object from a JSON object with the kind's fields in camelCase.
   *
   * @return outcome and the row as it is now
   */
  ContextResult putContext(ContextKind kind, String id, String json, Principal principal);

  /** Outcome of a context upsert. */
  record ContextResult(Outcome outcome, ContextRow row) {}

  /**
   * The versions of an object, the newest first; empty if it is unknown.
   *
   * @param asOf the data version up to which they count, as an answer named it; null for all
   */
  List<ContextVersion> contextVersions(
      ContextKind kind, String id, @Nullable String asOf, Principal principal);

  /**
   * A version of a context object.
   *
   * @param dataVersion names the first state of the store that had it
   */
  record ContextVersion(ContextRow row, String dataVersion) {}

  /** Searches objects by their time; see {@link ContextStore#search}. */
  List<ContextRow> searchContext(ContextSearch search, Principal principal);

  /** Upserts many objects, {@code {"batches":[…],"steps":[…]}}; good items are stored. */
  BulkResult putContextBulk(String json, Principal principal);

  /**
   * Outcome of a bulk upsert.
   *
   * @param stored items created, updated or unchanged
   * @param errors items refused, each with its JSON path
   */
  record BulkResult(int stored, List<ItemError> errors) {}

  /** Follows the committed samples of some tags from now on, or from a resume token. */
  LiveFeed live(List<TagDefinition> tags, @Nullable String resumeToken, Principal principal);

  /** A follower. One thread. */
  interface LiveFeed extends AutoCloseable {
    /**
     * Delivers what was committed since the last call, tag by tag, and says how many samples. Does
     * not block.
     */
    int poll(LiveSink sink);

    /** Token to resume after what was delivered. */
    String resumeToken();

    @Override
    void close();
  }

  /** Takes live samples. */
  interface LiveSink {
    /** One to 1 024 new samples of a tag; late ones come too. */
    void accept(TagDefinition tag, SampleBlock block);
  }

  /** Health of the server for {@code /health/*}. */
  Health health();

  /**
   * What every request gets instead of its answer while the server starts or stops; null while it
   * serves. Cheap.
   */
  default @Nullable HistorianException refusal() {
    return null;
  }

  /**
   * What of the store cannot be read, as far as it was noticed.
   *
   * @param total parts
   * @param rows samples lost
   * @param parts the first of them
   */
  record DamageReport(long total, long rows, List<DamagedPart> parts) {}

  /**
   * A part of a file that cannot be read.
   *
   * @param part block, segment, index, ...
   * @param tag whose samples are lost; null if none or unknown
   * @param startNs time of the first sample lost, if rows is not 0
   * @param endNs time of the last sample lost, if rows is not 0
   * @param rows samples lost; 0 if another copy serves
   * @param foundNs when it was noticed
   */
  record DamagedPart(
      String file,
      String part,
      @Nullable String tag,
      long offset,
      long startNs,
      long endNs,
      long rows,
      long foundNs,
      String message) {}

  /** Counters in Prometheus text format. */
  String metricsText();

  /** Zone of requests that name none. */
  ZoneId defaultZone();

  /** Production days and shifts by the name of their calendar. */
  Map<String, ShiftCalendar> calendars();

  /** Wall clock, nanoseconds since the epoch. */
  long nowNs();
}
