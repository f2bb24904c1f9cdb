package io.tidemark.engine.security.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.engine.security.ScramLogin.Keys;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Secrets beside published vectors. */
class SecretsTest {
  /** From the test suite of the reference implementation of Argon2. */
  @Test
  void argon2idIsThatOfTheReference() {
    String text =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assertThat(PasswordHash.matches("password", text)).isTrue();
    assertThat(PasswordHash.matches("Password", text)).isFalse();
    for (String broken : new String[] {"", "$argon2id$", text + "$", text.replace("id", "i")}) {
      assertThat(PasswordHash.matches("password", broken)).isFalse();
    }
  }

  @Test
  void aPasswordFitsItsOwnHashUnderAnySalt() {
    String first = PasswordHash.of("correct horse battery");
    String second = PasswordHash.of("correct horse battery");
    assertThat(first).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").isNotEqualTo(second);
    assertThat(PasswordHash.matches("correct horse battery", first)).isTrue();
    assertThat(PasswordHash.matches("correct horse batterz", first)).isFalse();
  }

  /** RFC 7677, section 3. */
  @Test
  void scramIsThatOfTheStandard() throws Exception {
    Base64.Decoder base64 = Base64.getDecoder();
    Keys keys = ScramKeys.of("pencil", base64.decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
    String nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    String message =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,r="
            + nonce
            + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r="
            + nonce;
    byte[] proof = base64.decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    byte[] signature = hmac(keys.storedKey(), message);
    byte[] clientKey = new byte[proof.length];
    for (int i = 0; i < proof.length; i++) {
      clientKey[i] = (byte) (proof[i] ^ signature[i]);
    }
    assertThat(MessageDigest.getInstance("SHA-256").digest(clientKey)).isEqualTo(keys.storedKey());
    assertThat(hmac(keys.serverKey(), message))
        .isEqualTo(base64.decode("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void madeUpKeysStayTheSameForANameAndAreOthersForAnother() {
    byte[] seed = {1, 2, 3};
    Keys first = ScramKeys.madeUp(seed, "nobody", 4096);
    assertThat(ScramKeys.madeUp(seed, "nobody", 4096).salt()).isEqualTo(first.salt());
    assertThat(ScramKeys.madeUp(seed, "somebody", 4096).salt()).isNotEqualTo(first.salt());
    assertThat(first.salt()).hasSize(16);
  }

  @Test
  void tokensDifferAndEveryMistypedCharacterShows() {
    Set<String> tokens = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      String token = TokenSecret.create();
      assertThat(token).matches("tmk_[0-9A-Za-z]{49}");
      assertThat(TokenSecret.isWellFormed(token)).isTrue();
      assertThat(tokens.add(token)).isTrue();
    }
    String token = tokens.iterator().next();
    for (int i = 0; i < token.length(); i++) {
      char other = token.charAt(i) == 'x' ? 'y' : 'x';
      String mistyped = token.substring(0, i) + other + token.substring(i + 1);
      assertThat(TokenSecret.isWellFormed(mistyped)).as(mistyped).isFalse();
    }
    assertThat(TokenSecret.hash("abc"))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
}
