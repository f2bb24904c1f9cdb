package io.tidemark.query.condition;

import io.tidemark.model.Quality;
import io.tidemark.model.StatusCodes;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Conditions and what they mean at an instant, said as plainly as possible: slow, exact, and
 * without a thought for what changes when. Times are fractions of a nanosecond.
 */
final class Plain {
  private Plain() {}

  /** A recorded sample. */
  record Sample(long timeNs, @Nullable Object value, int status) {
    boolean isUsable() {
      return value != null && Quality.isGood(status) && !(value instanceof Double d && d.isNaN());
    }
  }

  /** A tag's samples in order of time. */
  record Tag(String name, boolean isSloped, List<Sample> samples) {
    @Nullable Sample before(BigDecimal time) {
      Sample found = null;
      for (Sample sample : samples) {
        if (BigDecimal.valueOf(sample.timeNs).compareTo(time) <= 0) {
          found = sample;
        }
      }
      return found;
    }

    @Nullable Sample after(BigDecimal time) {
      for (Sample sample : samples) {
        if (BigDecimal.valueOf(sample.timeNs).compareTo(time) > 0) {
          return sample;
        }
      }
      return null;
    }

    /** What holds at a time: null if it is not known. */
    @Nullable Object held(BigDecimal time) {
      Sample before = before(time);
      return before != null && before.isUsable() && after(time) != null ? before.value : null;
    }

    /** The number at a time; null if it is not known. */
    @Nullable Fraction number(BigDecimal time) {
      Object held = held(time);
      Sample before = before(time);
      Sample after = after(time);
      if (held == null || before == null || after == null) {
        return null;
      }
      BigDecimal start = decimal(held);
      if (!isSloped || !after.isUsable() || after.value == null) {
        return new Fraction(start, BigDecimal.ONE);
      }
      BigDecimal rise = decimal(after.value).subtract(start);
      BigDecimal length =
          BigDecimal.valueOf(after.timeNs).subtract(BigDecimal.valueOf(before.timeNs));
      BigDecimal gone = time.subtract(BigDecimal.valueOf(before.timeNs));
      return new Fraction(start.multiply(length).add(rise.multiply(gone)), length);
    }
  }

  /** A number as a fraction: nothing is ever rounded. */
  record Fraction(BigDecimal above, BigDecimal below) {
    int compareTo(Fraction other) {
      return above.multiply(other.below).compareTo(other.above.multiply(below));
    }
  }

  static BigDecimal decimal(Object value) {
    return switch (value) {
      case Double real -> new BigDecimal(real);
      case Long integral -> BigDecimal.valueOf(integral);
      case Boolean truth -> truth ? BigDecimal.ONE : BigDecimal.ZERO;
      default -> throw new IllegalArgumentException("" + value);
    };
  }

  /** A condition; the truth at a time is null if it is not known. */
  interface Said {
    @Nullable Boolean truth(BigDecimal time);

    String text();
  }

  record Both(Said one, Said other) implements Said {
    @Override
    public @Nullable Boolean truth(BigDecimal time) {
      Boolean a = one.truth(time);
      Boolean b = other.truth(time);
      if ((a != null && !a) || (b != null && !b)) {
        return false;
      }
      return a == null || b == null ? null : (Boolean) true;
    }

    @Override
    public String text() {
      return "(" + one.text() + " and " + other.text() + ")";
    }
  }

  record Negated(Said one) implements Said {
    @Override
    public @Nullable Boolean truth(BigDecimal time) {
      Boolean a = one.truth(time);
      return a == null ? null : (Boolean) !a;
    }

    @Override
    public String text() {
      return "not " + one.text();
    }
  }

  /** By De Morgan, so that nothing is said twice. */
  record Either(Said one, Said other) implements Said {
    @Override
    public @Nullable Boolean truth(BigDecimal time) {
      return new Negated(new Both(new Negated(one), new Negated(other))).truth(time);
    }

    @Override
    public String text() {
      return "(" + one.text() + " or " + other.text() + ")";
    }
  }

  /** A tag against a number, or another tag. */
  record Compared(Tag tag, String sign, @Nullable BigDecimal number, @Nullable Tag other)
      implements Said {
    @Override
    public @Nullable Boolean truth(BigDecimal time) {
      Fraction left = tag.number(time);
      Fraction right =
          number != null
              ? new Fraction(number, BigDecimal.ONE)
              : other != null ? other.number(time) : null;
      if (left == null || right == null) {
        return null;
      }
      int order = left.compareTo(right);
      return switch (sign) {
        case "=" -> order == 0;
        case "<>" -> order != 0;
        case "<" -> order < 0;
        case "<=" -> order <= 0;
        case ">" -> order > 0;
        default -> order >= 0;
      };
    }

    @Override
    public String text() {
      String right = number != null ? number.toString() : other != null ? other.name : "";
      return tag.name + " " + sign + " " + (number != null ? right : "tag('" + right + "')");
    }
  }

  /** A tag against states, texts or truth values, as written. */
  record Same(Tag tag, boolean wanted, List<Object> values) implements Said {
    @Override
    public @Nullable Boolean truth(BigDecimal time) {
      Object held = tag.held(time);
      return held == null ? null : (Boolean) (values.contains(held) == wanted);
    }

    @Override
    public String text() {
      List<String> texts =
          values.stream().map(v -> v instanceof String s ? "'" + s + "'" : v.toString()).toList();
      return values.size() == 1
          ? tag.name + (wanted ? " = " : " <> ") + texts.getFirst()
          : (wanted ? "" : "not ") + tag.name + " in (" + String.join(", ", texts) + ")";
    }
  }

  /** Class of the status. */
  record Classed(Tag tag, Quality quality) implements Said {
    @Override
    public @Nullable Boolean truth(BigDecimal time) {
      Sample before = tag.before(time);
      return before == null ? null : (Boolean) (Quality.of(before.status) == quality);
    }

    @Override
    public String text() {
      return tag.name + " is " + quality.label();
    }
  }

  /** Any condition on these tags: numeric, and with what may be said of the others. */
  static Said any(Random random, List<Tag> numeric, Map<Tag, List<Object>> others, int depth) {
    int kind = random.nextInt(depth > 0 ? 10 : 7);
    if (kind >= 7) {
      Said one = any(random, numeric, others, depth - 1);
      return switch (kind) {
        case 7 -> new Negated(one);
        case 8 -> new Both(one, any(random, numeric, others, depth - 1));
        default -> new Either(one, any(random, numeric, others, depth - 1));
      };
    }
    Tag tag = numeric.get(random.nextInt(numeric.size()));
    String[] signs = {"=", "<>", "<", "<=", ">", ">="};
    String sign = signs[random.nextInt(signs.length)];
    List<Tag> rest = new ArrayList<>(others.keySet());
    return switch (kind) {
      case 0 -> new Compared(tag, sign, null, numeric.get(random.nextInt(numeric.size())));
      case 1 -> {
        Tag all = random.nextBoolean() ? tag : rest.get(random.nextInt(rest.size()));
        yield new Classed(all, Quality.values()[random.nextInt(3)]);
      }
      case 2, 3 -> {
        Tag other = rest.get(random.nextInt(rest.size()));
        List<Object> values = others.getOrDefault(other, List.of());
        int from = random.nextInt(values.size());
        int to = from + 1 + random.nextInt(values.size() - from);
        yield new Same(other, random.nextBoolean(), values.subList(from, to));
      }
      default -> new Compared(tag, sign, BigDecimal.valueOf(random.nextInt(-6, 7)), null);
    };
  }

  /** A status: mostly Good. */
  static int status(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> StatusCodes.BAD;
      case 1 -> StatusCodes.UNCERTAIN;
      default -> StatusCodes.GOOD;
    };
  }
}
