package io.tidemark.query.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.testing.OracleStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a=1|'a' = 1",
        "  A == 1.50 | 'A' = 1.5",
        "a != -3|'a' <> -3",
        "a<>+3|'a' <> 3",
        "a<1 AND b<=2 And c>3 and d>=4|'a' < 1 and 'b' <= 2 and 'c' > 3 and 'd' >= 4",
        "R1.P-1/x#2_b>80|'R1.P-1/x#2_b' > 80",
        "Kühler>80|'Kühler' > 80",
        "\"a b\" = \"it's\"|'a b' = 'it''s'",
        "'it''s' = \"say \"\"x\"\"\"|'it''s' = 'say \"x\"'",
        "a = true or b = FALSE|'a' = true or 'b' = false",
        "a > 1e3|'a' > 1000",
        "a > 1E-3|'a' > 0.001",
        "a > .5|'a' > 0.5",
        "a > 5.|'a' > 5",
        "a > -0.0|'a' > 0",
        "a > 1e-400|'a' > 0",
        "a > 1e300|'a' > 1.0E300",
        "a = 9007199254740993|'a' = 9007199254740993",
        "a = 9007199254740993.0|'a' = 9007199254740993",
        "a = 9007199254740993.5|'a' = 9007199254740994",
        "a = -9223372036854775808|'a' = -9223372036854775808",
        "a = -9223372036854775809|'a' = -9223372036854775808",
        "a = 9223372036854775808|'a' = 9.223372036854776E18",
        "a between 3 and 4.5 and b>1|'a' between 3 and 4.5 and 'b' > 1",
        "a BETWEEN -1 AND tag('b')|'a' between -1 and tag('b')",
        "tag('a') >= tag(\"b\")|'a' >= tag('b')",
        "a in(1,'x' , true)|'a' in (1, 'x', true)",
        "a is Good or a IS bad or a is uncertain|'a' is good or 'a' is bad or 'a' is uncertain",
        "a>1 or b>2 and c>3|'a' > 1 or 'b' > 2 and 'c' > 3",
        "(a>1 or b>2) and c>3|('a' > 1 or 'b' > 2) and 'c' > 3",
        "((a>1)) and (b>2 and (c>3))|'a' > 1 and 'b' > 2 and 'c' > 3",
        "(a>1 or (b>2 or c>3))|'a' > 1 or 'b' > 2 or 'c' > 3",
        "not a>1 and b>2|not 'a' > 1 and 'b' > 2",
        "not(a>1 and b>2)|not ('a' > 1 and 'b' > 2)",
        "not not (a>1)|not not 'a' > 1",
        "'and'=1 or 'tag'>2|'and' = 1 or 'tag' > 2",
        "a>3and b>4|'a' > 3 and 'b' > 4",
      })
  void textsHaveOneCanonicalForm(String text, String canonical) {
    assertThat(Condition.parse(text)).hasToString(canonical);
    assertThat(Condition.parse(canonical)).hasToString(canonical);
  }

  @Test
  void tagsComeInTheirOrder() {
    assertThat(Condition.parse("b > tag('a') or 'c' is bad and b in (1)").tags())
        .containsExactly("b", "a", "c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|1|the end|a tag, not or (",
        "`   `|4|the end|a tag, not or (",
        "a|2|the end|=, <>, <, <=, >, >=, between, in or is",
        "a b|3|\"b\"|=, <>, <, <=, >, >=, between, in or is",
        "a > x|5|\"x\"|a number or tag('…')",
        "a = x|5|\"x\"|a number, a text in quotes, true or false, or tag('…')",
        "a > 'x'|5|\"'\"|a number or tag('…'), since texts",
        "a <= true|6|\"true\"|a number or tag('…'), since texts",
        "a between 'x' and 'y'|11|\"'\"|a number or tag('…'), since texts",
        "a between 1 or 2|13|\"or\"|and",
        "a between 1|12|the end|and",
        "a in 1|6|\"1\"|(",
        "a in (|7|the end|a number, a text in quotes, true or false",
        "a in ()|7|\")\"|a number, a text in quotes, true or false",
        "a in (1;2)|8|\";\"|, or )",
        "a in (tag('b'))|7|\"tag\"|a number, a text in quotes, true or false",
        "a is ok|6|\"ok\"|good, bad or uncertain",
        "a = 'On|8|the end|the closing quote of what begins at position 5",
        "(a = 1|7|the end|and, or or )",
        "a = 1)|6|\")\"|and, or or the end",
        "a = 1 xor b = 2|7|\"xor\"|and, or or the end",
        "a = 80.5.3|9|\".\"|and, or or the end",
        "a = 1e|7|the end|digits of the exponent",
        "a = 1e999|5|\"1\"|a number of at most 1.79",
        "and = 1|1|\"and\"|a tag, not or (",
        "1 = a|1|\"1\"|a tag, not or (",
        "a = 1 and|10|the end|a tag, not or (",
        "a = tag(b)|9|\"b\"|a tag in quotes",
        "'' = 1|1|\"'\"|a tag that has a name",
        "a > \uD83D\uDE00|5|\"\uD83D\uDE00\"|a number or tag",
      })
  void errorsSayWhereAndWhat(String text, int position, String found, String expected) {
    assertThat(refused(text, ErrorCode.MALFORMED))
        .contains("position=" + position + ", found=" + found + ", expected=" + expected);
  }

  private static String refused(String text, ErrorCode code) {
    HistorianException error =
        catchThrowableOfType(HistorianException.class, () -> Condition.parse(text));
    assertThat(error).as(text).isNotNull();
    assertThat(error.code()).as(text).isEqualTo(code);
    return error.messageText();
  }

  @Test
  void limitsAreKept() {
    String fits = "a = " + " ".repeat(Condition.CHARS_MAX - 5) + "1";
    assertThat(Condition.parse(fits)).hasToString("'a' = 1");
    assertThat(refused(fits + " ", ErrorCode.TOO_LONG))
        .contains("characters=4097, charactersMax=4096")
        .hasSizeLessThan(300);

    String nested = "(not ".repeat(32) + "a = 1" + ")".repeat(32);
    assertThat(Condition.parse(nested)).hasToString("not ".repeat(32) + "'a' = 1");
    assertThat(refused("(" + nested + ")", ErrorCode.MALFORMED))
        .contains("position=158, found=\"not\", expected=at most 64 of ( and not around it");
    assertThat(refused("(".repeat(4096), ErrorCode.MALFORMED)).contains("position=65,");

    StringBuilder tags = new StringBuilder("t1 = 1");
    for (int i = 2; i <= 32; i++) {
      tags.append(" or t").append(i).append(" > tag('t1')");
    }
    assertThat(Condition.parse(tags.toString()).tags()).hasSize(32);
    assertThat(refused(tags + " or t33 = 1", ErrorCode.TOO_MANY))
        .contains("found=\"t33\", expected=at most 32 different tags");
    assertThat(refused(tags + " or t1 = tag('t33')", ErrorCode.TOO_MANY)).contains("found=\"tag\"");
  }

  private final OracleStore store = new OracleStore();

  private BoundCondition bind(String text) {
    store.defineAnalog("real");
    store.define("int", SampleType.INT32, false, "");
    store.define("bool", SampleType.BOOL, true, "");
    store.define("valve", SampleType.DIGITAL, true, "", "Closed", "Open");
    store.define("text", SampleType.STRING, true, "");
    return Condition.parse(text).bind(name -> store.view().tags().find(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "real > 1 and int = 1.5 and bool = true and bool = 1 and bool > 0",
        "valve = 'Open' or valve <> 'Closed' or valve = 1 or valve >= 1 or valve in ('Open', 0)",
        "text = 'Open' or text <> 'x' or text in ('a', 'b')",
        "real > tag('int') or int <> tag('bool') or real between tag('int') and 5",
        "real is good or valve is bad or text is uncertain or bool is bad",
      })
  void whatFitsIsBound(String text) {
    BoundCondition bound = bind(text);
    assertThat(bound).hasToString(Condition.parse(text).toString());
    assertThat(bound.tags().stream().map(TagDefinition::name))
        .containsExactlyElementsOf(Condition.parse(text).tags());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "real > 1 and Real > 1|UNKNOWN_TAG|no tag of that name: tag=\"Real\"",
        "real > tag('b')|UNKNOWN_TAG|no tag of that name: tag=\"b\"",
        "c is bad|UNKNOWN_TAG|no tag of that name: tag=\"c\"",
        "not (real > 1 or int = 'x')|WRONG_TYPE|a text: tag=\"int\", type=int32, given=\"'x'\"",
        "real in (1, 'x')|WRONG_TYPE|a text: tag=\"real\", type=float64, given=\"'x'\"",
        "bool = 'true'|WRONG_TYPE|a text: tag=\"bool\", type=bool, given=\"'true'\"",
        "real = true|WRONG_TYPE|true or false: tag=\"real\", type=float64, given=\"true\"",
        "valve = true|WRONG_TYPE|true or false: tag=\"valve\", type=digital, given=\"true\"",
        "text = 1|WRONG_TYPE|a number: tag=\"text\", type=string, given=\"1\"",
        "text between 1 and 2|WRONG_TYPE|a number: tag=\"text\", type=string, given=\"1\"",
        "real > tag('valve')|WRONG_TYPE|a tag: tag=\"valve\", type=digital, given=\"tag('real')\"",
        "text = tag('real')|WRONG_TYPE|a tag: tag=\"text\", type=string, given=\"tag('real')\"",
        "valve = 'open'|UNKNOWN_STATE|state=\"open\", states=\"Closed\"|\"Open\"",
      })
  void whatDoesNotFitIsRefused(String text, ErrorCode code, String message) {
    HistorianException error = catchThrowableOfType(HistorianException.class, () -> bind(text));
    assertThat(error).isNotNull();
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.messageText()).contains(message);
  }

  @Test
  void aStateThatIsMeantIsHinted() {
    HistorianException error =
        catchThrowableOfType(HistorianException.class, () -> bind("valve in ('Open', 'closed')"));
    assertThat(error).isNotNull();
    assertThat(error.messageText()).endsWith("states=\"Closed\"|\"Open\"");
    assertThat(error.hint()).isEqualTo("did you mean \"Closed\"?");
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void anyTextEitherMeansSomethingOrIsRefused(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String[] pieces = {
      "a",
      "real",
      "'int'",
      "\"valve\"",
      "'",
      "\"",
      "(",
      ")",
      ",",
      "=",
      "==",
      "<",
      ">",
      "!=",
      "<>",
      "<=",
      ">=",
      "and",
      "OR",
      "not",
      "between",
      "in",
      "is",
      "good",
      "bad",
      "Uncertain",
      "true",
      "false",
      "tag",
      "tag('real')",
      "tag(",
      "1",
      "-2.5",
      "1e9",
      "1e",
      ".",
      "-",
      "+",
      "e",
      "\0",
      "\uD83D",
      "\uDE00",
      "ß",
      "9223372036854775808",
      "'Open'",
      "''",
      "\t",
      "\n",
      "#",
      "'x'",
    };
    String[] right = {
      "real > -1.5 and", "not int in ( 1 , 2 ) or", "( valve = 'Open' and bool = true ) and", "(",
      "real between tag ( 'int' ) and 1e9 or", "not", "text is good and", "bool <> 0 or (",
    };
    int meant = 0;
    for (int n = 0; n < 2000; n++) {
      List<String> words = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        words.addAll(List.of(right[random.nextInt(right.length)].split(" ")));
      }
      words.addAll(List.of("real", "<", "9"));
      long open = words.stream().filter(word -> word.equals("(")).count();
      long closed = words.stream().filter(word -> word.equals(")")).count();
      words.addAll(Collections.nCopies((int) (open - closed), ")"));
      for (int i = random.nextInt(4); i > 0 && !words.isEmpty(); i--) {
        int at = random.nextInt(words.size());
        switch (random.nextInt(3)) {
          case 0 -> words.remove(at);
          case 1 -> words.set(at, pieces[random.nextInt(pieces.length)]);
          default -> words.add(at, pieces[random.nextInt(pieces.length)]);
        }
      }
      StringBuilder text = new StringBuilder();
      for (String word : words) {
        text.append(word).append(random.nextInt(6) == 0 ? "" : " ");
      }
      try {
        Condition condition = Condition.parse(text.toString());
        assertThat(Condition.parse(condition.toString()))
            .as("seed=%d text=%s", seed, text)
            .hasToString(condition.toString());
        bind(text.toString());
        meant++;
      } catch (HistorianException e) {
        assertThat(e.code())
            .as("seed=%d text=%s", seed, text)
            .isIn(
                ErrorCode.MALFORMED,
                ErrorCode.UNKNOWN_TAG,
                ErrorCode.WRONG_TYPE,
                ErrorCode.UNKNOWN_STATE);
      }
    }
    assertThat(meant).isBetween(200, 1800);
  }
}
