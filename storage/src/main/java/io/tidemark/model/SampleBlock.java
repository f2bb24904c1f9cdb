package io.tidemark.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Up to {@link #CAPACITY} samples of one tag, column by column. Reused by its owner: nothing is
 * allocated per sample. The first {@link #count()} rows of each array are valid.
 *
 * <p>A row has a value if its flags hold {@link SampleFlags#PRESENT}, whatever its status. float64
 * and float32 values are in {@link #doubles()}, int64, int32, bool and digital ones in {@link
 * #longs()}, text in {@link #texts()}. Whoever fills a block may put other arrays in the place of
 * its own: ask for them anew after that. Not safe for several threads.
 */
public final class SampleBlock {
  /** Most rows of a block. */
  public static final int CAPACITY = 1024;

  /*
   * Made when first asked for: what a block does not hold is neither allocated nor cleared, and a question of a thousand
   * tags opens some thousand blocks.
   */
  private long @Nullable [] orders;
  private double @Nullable [] doubles;
  private long @Nullable [] longs;
  private @Nullable String @Nullable [] texts;

  private long[] sourceTimesNs;
  private int[] statuses;
  private byte[] flags;
  private int capacity;
  private SampleType type = SampleType.FLOAT64;
  private int count;

  /** An empty block. */
  public SampleBlock() {
    this(CAPACITY);
  }

  /**
   * An empty block that never takes more than so many rows: not for a cursor, which fills {@link
   * #CAPACITY}.
   */
  public SampleBlock(int rowsMax) {
    capacity = Math.max(1, Objects.checkIndex(rowsMax, CAPACITY + 1));
    sourceTimesNs = new long[capacity];
    statuses = new int[capacity];
    flags = new byte[capacity];
  }

  /** A copy of the rows of a block, without their orders, that takes no more room than they do. */
  public static SampleBlock copyOf(SampleBlock block) {
    SampleBlock copy = new SampleBlock(block.count);
    copy.reset(block.type);
    copy.appendRangeWithoutOrders(block, 0, block.count);
    return copy;
  }

  /** Rows that are valid. */
  public int count() {
    return count;
  }

  /** Type of the values. */
  public SampleType type() {
    return type;
  }

  /** Empties the block and sets the type of what comes. */
  public void reset(SampleType newType) {
    type = newType;
    count = 0;
  }

  /** Declares how many rows were filled. */
  public void count(int newCount) {
    count = Objects.checkIndex(newCount, CAPACITY + 1);
  }

  /** Source times, nanoseconds since the epoch. */
  public long[] sourceTimesNs() {
    return sourceTimesNs;
  }

  /** OPC UA StatusCodes. */
  public int[] statuses() {
    return statuses;
  }

  /** {@link SampleFlags} of each row. */
  public byte[] flags() {
    return flags;
  }

  /** {@link WriteOrder} of each row; 0 for a computed one. */
  public long[] orders() {
    long[] array = orders;
    if (array == null) {
      array = new long[capacity];
      orders = array;
    }
    return array;
  }

  /** Values of a float64 block, and those of a float32 block, widened ({@link Float32}). */
  public double[] doubles() {
    double[] array = doubles;
    if (array == null) {
      array = new double[capacity];
      doubles = array;
    }
    return array;
  }

  /** Values of an int64, int32, bool or digital block. */
  public long[] longs() {
    long[] array = longs;
    if (array == null) {
      array = new long[capacity];
      longs = array;
    }
    return array;
  }

  /** Values of a string block. */
  public @Nullable String[] texts() {
    @Nullable String[] array = texts;
    if (array == null) {
      array = new String[capacity];
      texts = array;
    }
    return array;
  }

  /** Whether the row carries a value. */
  public boolean isPresent(int row) {
    return (flags[row] & SampleFlags.PRESENT) != 0;
  }

  /** Whether readers show the row's value: there is one, and its status is not Bad. */
  public boolean isShown(int row) {
    return isPresent(row) && !Quality.isBad(statuses[row]);
  }

  /**
   * The row's value as a double: exact for floats, rounded for integers beyond 2^53, NaN for text.
   */
  public double number(int row) {
    return switch (type) {
      case FLOAT64, FLOAT32 -> doubles()[row];
      case INT64, INT32, BOOL, DIGITAL -> longs()[row];
      case STRING -> Double.NaN;
    };
  }

  /**
   * The first row, not before row {@code from}, whose time is at or after {@code timeNs}; {@link
   * #count()} if there is none. For blocks in ascending order of time.
   */
  public int rowAtOrAfter(int from, long timeNs) {
    long[] times = sourceTimesNs;
    int low = from;
    int high = count;
    if (high > low && times[high - 1] < timeNs) {
      return high;
    }
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] < timeNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Appends a copy of a row of another block of the same type. */
  public void appendFrom(SampleBlock other, int row) {
    int to = count++;
    sourceTimesNs[to] = other.sourceTimesNs[row];
    statuses[to] = other.statuses[row];
    flags[to] = other.flags[row];
    orders()[to] = other.orders()[row];
    switch (type) {
      case FLOAT64, FLOAT32 -> doubles()[to] = other.doubles()[row];
      case INT64, INT32, BOOL, DIGITAL -> longs()[to] = other.longs()[row];
      case STRING -> texts()[to] = other.texts()[row];
    }
  }

  /** Appends a computed row of a float64 block, or of a float32 block. */
  public void appendDouble(long timeNs, double value, boolean present, int status) {
    int to = append(timeNs, present, status);
    doubles()[to] = value;
  }

  /** Appends a computed integral row. */
  public void appendLong(long timeNs, long value, boolean present, int status) {
    int to = append(timeNs, present, status);
    longs()[to] = value;
  }

  /** Appends a computed text row. */
  public void appendText(long timeNs, @Nullable String value, int status) {
    int to = append(timeNs, value != null, status);
    texts()[to] = value;
  }

  private int append(long timeNs, boolean present, int status) {
    int to = count++;
    sourceTimesNs[to] = timeNs;
    statuses[to] = status;
    flags[to] = present ? SampleFlags.PRESENT : 0;
    orders()[to] = 0;
    return to;
  }

  /** Copies {@code length} rows from another block of the same type to the end of this one. */
  public void appendRange(SampleBlock other, int from, int length) {
    System.arraycopy(other.orders(), from, orders(), count, length);
    appendRangeWithoutOrders(other, from, length);
  }

  /** Copies rows as {@link #appendRange}, but their orders. */
  public void appendRangeWithoutOrders(SampleBlock other, int from, int length) {
    System.arraycopy(other.sourceTimesNs, from, sourceTimesNs, count, length);
    System.arraycopy(other.statuses, from, statuses, count, length);
    System.arraycopy(other.flags, from, flags, count, length);
    switch (type) {
      case FLOAT64, FLOAT32 -> System.arraycopy(other.doubles(), from, doubles(), count, length);
      case INT64, INT32, BOOL, DIGITAL ->
          System.arraycopy(other.longs(), from, longs(), count, length);
      case STRING -> System.arraycopy(other.texts(), from, texts(), count, length);
    }
    count += length;
  }

  /** Takes the rows of another block and gives it its own, without copying. */
  public void exchange(SampleBlock other) {
    long[] otherTimes = other.sourceTimesNs;
    int[] otherStatuses = other.statuses;
    byte[] otherFlags = other.flags;
    long @Nullable [] otherOrders = other.orders;
    double @Nullable [] otherDoubles = other.doubles;
    long @Nullable [] otherLongs = other.longs;
    @Nullable String @Nullable [] otherTexts = other.texts;
    SampleType otherType = other.type;
    int otherCount = other.count;
    int otherCapacity = other.capacity;
    other.sourceTimesNs = sourceTimesNs;
    other.statuses = statuses;
    other.flags = flags;
    other.orders = orders;
    other.doubles = doubles;
    other.longs = longs;
    other.texts = texts;
    other.type = type;
    other.count = count;
    other.capacity = capacity;
    sourceTimesNs = otherTimes;
    statuses = otherStatuses;
    flags = otherFlags;
    orders = otherOrders;
    doubles = otherDoubles;
    longs = otherLongs;
    texts = otherTexts;
    type = otherType;
    count = otherCount;
    capacity = otherCapacity;
  }

  /** Overwrites row {@code to} with row {@code from} of this block. */
  public void moveRow(int from, int to) {
    sourceTimesNs[to] = sourceTimesNs[from];
    statuses[to] = statuses[from];
    flags[to] = flags[from];
    orders()[to] = orders()[from];
    switch (type) {
      case FLOAT64, FLOAT32 -> doubles()[to] = doubles()[from];
      case INT64, INT32, BOOL, DIGITAL -> longs()[to] = longs()[from];
      case STRING -> texts()[to] = texts()[from];
    }
  }

  /** Keeps rows {@code from} to {@code to} (exclusive) and moves them to the front. */
  public void keepRange(int from, int to) {
    int length = to - from;
    if (from > 0 && length > 0) {
      System.arraycopy(sourceTimesNs, from, sourceTimesNs, 0, length);
      System.arraycopy(statuses, from, statuses, 0, length);
      System.arraycopy(flags, from, flags, 0, length);
      if (orders != null) {
        System.arraycopy(orders, from, orders, 0, length);
      }
      switch (type) {
        case FLOAT64, FLOAT32 -> System.arraycopy(doubles(), from, doubles(), 0, length);
        case INT64, INT32, BOOL, DIGITAL -> System.arraycopy(longs(), from, longs(), 0, length);
        case STRING -> System.arraycopy(texts(), from, texts(), 0, length);
      }
    }
    count = length;
  }

  /** Turns the order of the rows around. */
  public void reverse() {
    for (int low = 0, high = count - 1; low < high; low++, high--) {
      long time = sourceTimesNs[low];
      int status = statuses[low];
      byte flag = flags[low];
      long order = orders()[low];
      double number = type.isReal() ? doubles()[low] : 0;
      long integer = type.isIntegral() ? longs()[low] : 0;
      String text = type == SampleType.STRING ? texts()[low] : null;
      moveRow(high, low);
      sourceTimesNs[high] = time;
      statuses[high] = status;
      flags[high] = flag;
      orders()[high] = order;
      switch (type) {
        case FLOAT64, FLOAT32 -> doubles()[high] = number;
        case INT64, INT32, BOOL, DIGITAL -> longs()[high] = integer;
        case STRING -> texts()[high] = text;
      }
    }
  }

  /** Whether two rows say the same: value bits, presence, flags and status, not time or order. */
  public boolean sameContent(int a, int b) {
    if (statuses[a] != statuses[b] || flags[a] != flags[b]) {
      return false;
    }
    if (!isPresent(a)) {
      return true;
    }
    return switch (type) {
      case FLOAT64, FLOAT32 ->
          Double.doubleToRawLongBits(doubles()[a]) == Double.doubleToRawLongBits(doubles()[b]);
      case INT64, INT32, BOOL, DIGITAL -> longs()[a] == longs()[b];
      case STRING -> Objects.equals(texts()[a], texts()[b]);
    };
  }
}
