package io.tidemark.csv;

import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the columns of a CSV file mean. Immutable; what is not said is found out from the file.
 * Columns are named by their heading, with or without the unit that stands in it.
 */
public final class CsvMapping {
  /** Shape of a file. */
  public enum Form {
    /** Long if there are headings for tag and value, else wide. */
    AUTO,
    /** One column a tag. */
    WIDE,
    /** One sample a row, with its tag's name. */
    LONG
  }

  private final Builder options;

  private CsvMapping(Builder options) {
    this.options = options;
  }

  /** A mapping where everything is found out. */
  public static Builder builder() {
    return new Builder();
  }

  @Nullable String timeColumn() {
    return options.timeColumn;
  }

  ZoneId zone() {
    return options.zone;
  }

  @Nullable CsvTimeUnit timeUnit() {
    return options.timeUnit;
  }

  @Nullable TimeBase timeBase() {
    return options.timeBase;
  }

  @Nullable String timeFormat() {
    return options.timeFormat;
  }

  @Nullable String batchColumn() {
    return options.batchColumn;
  }

  String batchPrefix() {
    return options.batchPrefix;
  }

  @Nullable String phaseColumn() {
    return options.phaseColumn;
  }

  @Nullable String unitId() {
    return options.unitId;
  }

  @Nullable String productId() {
    return options.productId;
  }

  @Nullable String orderId() {
    return options.orderId;
  }

  Form form() {
    return options.form;
  }

  @Nullable String tagColumn() {
    return options.tagColumn;
  }

  @Nullable String valueColumn() {
    return options.valueColumn;
  }

  @Nullable String statusColumn() {
    return options.statusColumn;
  }

  String tagPrefix() {
    return options.tagPrefix;
  }

  Map<String, String> uoms() {
    return options.uoms;
  }

  List<String> steppedColumns() {
    return options.stepped;
  }

  Map<String, SampleType> types() {
    return options.types;
  }

  List<String> ignoredColumns() {
    return options.ignored;
  }

  boolean skipBlank() {
    return options.skipBlank;
  }

  @Nullable Character delimiter() {
    return options.delimiter;
  }

  @Nullable Boolean decimalComma() {
    return options.decimalComma;
  }

  Charset charset() {
    return options.charset;
  }

  /** The status that a cell's text stands for, or null if it is a value. */
  @Nullable Integer badStatus(String cell) {
    if (cell.length() > Builder.BAD_WORD_CHARS_MAX) {
      return null;
    }
    return options.badWords.get(cell.toLowerCase(Locale.ROOT));
  }

  /** Collects options. One thread; {@link #build} freezes them. */
  public static final class Builder {
    private static final int BAD_WORD_CHARS_MAX = 64;

    private @Nullable String timeColumn;
    private ZoneId zone = ZoneOffset.UTC;
    private @Nullable CsvTimeUnit timeUnit;
    private @Nullable TimeBase timeBase;
    private @Nullable String timeFormat;
    private @Nullable String batchColumn;
    private String batchPrefix = "";
    private @Nullable String phaseColumn;
    private @Nullable String unitId;
    private @Nullable String productId;
    private @Nullable String orderId;
    private Form form = Form.AUTO;
    private @Nullable String tagColumn;
    private @Nullable String valueColumn;
    private @Nullable String statusColumn;
    private String tagPrefix = "";
    private Map<String, String> uoms = new LinkedHashMap<>();
    private List<String> stepped = new ArrayList<>();
    private Map<String, SampleType> types = new LinkedHashMap<>();
    private List<String> ignored = new ArrayList<>();
    private Map<String, Integer> badWords = new LinkedHashMap<>();
    private boolean skipBlank;
    private @Nullable Character delimiter;
    private @Nullable Boolean decimalComma;
    private Charset charset = StandardCharsets.UTF_8;

    private Builder() {
      badWord("", StatusCodes.BAD_NO_DATA);
      badWord("?", StatusCodes.BAD_NO_DATA);
      badWord("Bad", StatusCodes.BAD);
      badWord("No Data", StatusCodes.BAD_NO_DATA);
      badWord("NaN", StatusCodes.BAD_NO_DATA);
      badWord("I/O Timeout", StatusCodes.BAD_NO_COMMUNICATION);
      badWord("Bad Input", StatusCodes.BAD);
      badWord("Bad Output", StatusCodes.BAD);
      badWord("Scan Off", StatusCodes.BAD_OUT_OF_SERVICE);
      badWord("Configure", StatusCodes.BAD_CONFIGURATION_ERROR);
      badWord("Calc Failed", StatusCodes.BAD);
      badWord("Pt Created", StatusCodes.BAD_WAITING_FOR_INITIAL_DATA);
    }

    private Builder(Builder other) {
      timeColumn = other.timeColumn;
      zone = other.zone;
      timeUnit = other.timeUnit;
      timeBase = other.timeBase;
      timeFormat = other.timeFormat;
      batchColumn = other.batchColumn;
      batchPrefix = other.batchPrefix;
      phaseColumn = other.phaseColumn;
      unitId = other.unitId;
      productId = other.productId;
      orderId = other.orderId;
      form = other.form;
      tagColumn = other.tagColumn;
      valueColumn = other.valueColumn;
      statusColumn = other.statusColumn;
      tagPrefix = other.tagPrefix;
      uoms = Map.copyOf(other.uoms);
      stepped = List.copyOf(other.stepped);
      types = Map.copyOf(other.types);
      ignored = List.copyOf(other.ignored);
      badWords = Map.copyOf(other.badWords);
      skipBlank = other.skipBlank;
      delimiter = other.delimiter;
      decimalComma = other.decimalComma;
      charset = other.charset;
    }

    /** Heading of the time column. */
    public Builder timeColumn(String heading) {
      timeColumn = heading;
      return this;
    }

    /** Zone of times without an offset; UTC unless said. */
    public Builder zone(ZoneId value) {
      zone = value;
      return this;
    }

    /** Unit of times that are numbers; else the one in the heading, as in {@code Time (min)}. */
    public Builder timeUnit(CsvTimeUnit value) {
      timeUnit = value;
      return this;
    }

    /** From where times that are numbers count; else since the epoch. */
    public Builder timeBase(TimeBase value) {
      timeBase = value;
      return this;
    }

    /**
     * What times look like: {@code iso}, {@code dmy}, {@code mdy}, {@code number} or a pattern such
     * as {@code dd/MM/yyyy HH:mm}. Settles what the file leaves open; other times are bad rows.
     */
    public Builder timeFormat(String value) {
      timeFormat = value;
      return this;
    }

    /** Heading of the column with batch ids. */
    public Builder batchColumn(String heading) {
      batchColumn = heading;
      return this;
    }

    /** Put before every batch id of the file. */
    public Builder batchPrefix(String value) {
      batchPrefix = value;
      return this;
    }

    /** Heading of the column with phase names; needs a batch column. */
    public Builder phaseColumn(String heading) {
      phaseColumn = heading;
      return this;
    }

    /** Equipment that the batches ran on. */
    public Builder unitId(String value) {
      unitId = value;
      return this;
    }

    /** Product of the batches. */
    public Builder productId(String value) {
      productId = value;
      return this;
    }

    /** Order of the batches. */
    public Builder orderId(String value) {
      orderId = value;
      return this;
    }

    /** Shape of the file. */
    public Builder form(Form value) {
      form = value;
      return this;
    }

    /** Heading of the column with tag names; makes it the long form. */
    public Builder tagColumn(String heading) {
      tagColumn = heading;
      return this;
    }

    /** Heading of the column with values, long form. */
    public Builder valueColumn(String heading) {
      valueColumn = heading;
      return this;
    }

    /** Heading of the column with statuses, long form. */
    public Builder statusColumn(String heading) {
      statusColumn = heading;
      return this;
    }

    /** Put before every tag name, for example {@code COATER.}. */
    public Builder tagPrefix(String value) {
      tagPrefix = value;
      return this;
    }

    /** Unit of measure of a column (wide) or tag (long). */
    public Builder uom(String column, String uom) {
      uoms.put(column, uom);
      return this;
    }

    /** A column (wide) or tag (long) whose values hold until the next one. */
    public Builder stepped(String column) {
      stepped.add(column);
      return this;
    }

    /** Type of a column (wide) or tag (long). */
    public Builder type(String column, SampleType type) {
      types.put(column, type);
      return this;
    }

    /** A column to leave out. */
    public Builder ignore(String column) {
      ignored.add(column);
      return this;
    }

    /** A text, in any case, that stands for a missing value with that status. */
    public Builder badWord(String word, int status) {
      badWords.put(word.strip().toLowerCase(Locale.ROOT), status);
      return this;
    }

    /** Whether a blank cell is no sample at all, instead of a Bad one without a value. */
    public Builder skipBlank(boolean value) {
      skipBlank = value;
      return this;
    }

    /** What stands between cells. */
    public Builder delimiter(char value) {
      delimiter = value;
      return this;
    }

    /** Whether numbers have a comma before their fraction. */
    public Builder decimalComma(boolean value) {
      decimalComma = value;
      return this;
    }

    /** Encoding of the file; UTF-8 unless said. */
    public Builder charset(Charset value) {
      charset = value;
      return this;
    }

    /** The mapping. */
    public CsvMapping build() {
      return new CsvMapping(new Builder(this));
    }
  }
}
