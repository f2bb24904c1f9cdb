package io.tidemark.engine.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Accounts as they are journaled and kept in a file. */
final class AccountJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Base64.Encoder ENCODER = Base64.getEncoder();
  private static final Base64.Decoder DECODER = Base64.getDecoder();

  private AccountJson() {}

  static ObjectNode write(Account account) {
    ObjectNode node = JSON.createObjectNode();
    node.put("name", account.name()).put("kind", account.kind().name());
    ArrayNode grants = node.putArray("grants");
    for (Grant grant : account.grants()) {
      ObjectNode each = grants.addObject().put("role", grant.role().label());
      grant.scope().areas().forEach(each.putArray("areas")::add);
      grant.scope().tags().forEach(each.putArray("tags")::add);
    }
    if (account.expiresNs() != null) {
      node.put("expiresNs", account.expiresNs());
    }
    node.put("revoked", account.isRevoked()).put("secretHash", account.secretHash());
    node.putObject("scram")
        .put("salt", ENCODER.encodeToString(account.scram().salt()))
        .put("iterations", account.scram().iterations())
        .put("storedKey", ENCODER.encodeToString(account.scram().storedKey()))
        .put("serverKey", ENCODER.encodeToString(account.scram().serverKey()));
    return node.put("createdNs", account.createdNs()).put("createdBy", account.createdBy());
  }

  static byte[] bytes(JsonNode node) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // a tree can always be written
    }
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** The tree of bytes, or null if they are none. */
  static @Nullable JsonNode tree(byte[] bytes) {
    try {
      return JSON.readTree(bytes);
    } catch (java.io.IOException e) {
      return null;
    }
  }

  /**
   * An account as {@link #write} wrote it.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT} if it is none
   */
  static Account read(JsonNode node) {
    try {
      List<Grant> grants = new ArrayList<>();
      for (JsonNode grant : node.required("grants")) {
        grants.add(
            new Grant(
                Role.ofLabel(grant.required("role").asText()),
                new Scope(texts(grant.path("areas")), texts(grant.path("tags")))));
      }
      JsonNode scram = node.required("scram");
      return new Account(
          node.required("name").asText(),
          Account.Kind.valueOf(node.required("kind").asText()),
          List.copyOf(grants),
          node.has("expiresNs") ? (Long) node.path("expiresNs").asLong() : null,
          node.required("revoked").asBoolean(),
          node.required("secretHash").asText(),
          new ScramLogin.Keys(
              DECODER.decode(scram.required("salt").asText()),
              scram.required("iterations").asInt(),
              DECODER.decode(scram.required("storedKey").asText()),
              DECODER.decode(scram.required("serverKey").asText())),
          node.required("createdNs").asLong(),
          node.required("createdBy").asText());
    } catch (IllegalArgumentException e) {
      throw new HistorianException(
          ErrorCode.CORRUPT, "account cannot be read: reason=" + e.getMessage(), e);
    }
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
