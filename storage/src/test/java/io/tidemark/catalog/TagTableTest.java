package io.tidemark.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TagTableTest {
  private static TagTable table(String... names) {
    TagTable table = new TagTable();
    for (String name : names) {
      table.apply(
          new TagDefinition(
              table.nextId(),
              new UUID(1, table.nextId()),
              name,
              SampleType.FLOAT64,
              "",
              "",
              false,
              Double.NaN,
              Double.NaN,
              List.of(),
              DuplicateRule.REPLACE,
              false,
              1,
              "test",
              0));
    }
    return table;
  }

  private static List<String> match(TagTable table, String pattern) {
    return table.match(pattern).stream().map(TagDefinition::name).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "R1.*, R1.A|R1.B",
    "r1.*, ''",
    "*.a, R2.a",
    "*.?, R1.A|R1.B|R2.a",
    "R?.A, R1.A",
    "*, R1.A|R1.B|R2.a|Welle 🌊 1|Welle 🌊🌊",
    "**, R1.A|R1.B|R2.a|Welle 🌊 1|Welle 🌊🌊",
    "*🌊*, Welle 🌊 1|Welle 🌊🌊",
    "*🌊, Welle 🌊🌊",
    "Welle ? 1, Welle 🌊 1",
    "Welle ??, Welle 🌊🌊",
    "Welle ?, ''",
    "R1.A, R1.A",
    "R1, ''",
    "*?R1.A, ''",
    "*R1.A*, R1.A"
  })
  void aStarIsAnyTextAndAQuestionMarkOneCharacter(String pattern, String expected) {
    TagTable table = table("R1.B", "R1.A", "R2.a", "Welle 🌊 1", "Welle 🌊🌊");
    assertThat(String.join("|", match(table, pattern))).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void matchesAsARegularExpressionDoes(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      String name = text(random, "ab🌊", 1 + random.nextInt(8));
      String pattern = text(random, "ab🌊*?", 1 + random.nextInt(8));
      StringBuilder regex = new StringBuilder();
      pattern
          .codePoints()
          .forEach(
              c ->
                  regex.append(
                      c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c))));
      assertThat(!match(table(name), pattern).isEmpty())
          .as("name=%s, pattern=%s, seed=%d", name, pattern, seed)
          .isEqualTo(name.matches(regex.toString()));
    }
  }

  private static String text(Random random, String alphabet, int length) {
    int[] characters = alphabet.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(characters[random.nextInt(characters.length)]);
    }
    return text.toString();
  }

  @Test
  void manyStarsCostNoTimeToSpeakOf() {
    TagTable table = table("a".repeat(TagDefinition.NAME_BYTES_MAX));
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10), () -> assertThat(match(table, "*a".repeat(250) + "b")).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\ud800", "\udc00a", "a\udf0a\ud83cb", "a\u0000b", "a*", "?a", "a\u0085"})
  void aNameHoldsNoWildcardControlCharacterOrHalfOfAPair(String name) {
    assertThatThrownBy(() -> TagTable.checkName(name))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_NAME))
        .hasMessageContaining("position=");
    TagTable.checkName("Welle 🌊/1 % #");
  }

  @Test
  void quotedTextIsCutBetweenCharactersAndHoldsNoHalfOfAPair() {
    assertThat(ErrorText.quote("a".repeat(79) + "🌊b"))
        .isEqualTo("\"" + "a".repeat(79) + "\"… (82 characters)");
    assertThat(ErrorText.quote("🌊\ud83c\u0085")).isEqualTo("\"🌊\\ud83c\\u0085\"");
  }
}
