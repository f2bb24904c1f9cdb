package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code token create} and {@code user create} have in common. */
final class AccountOptions {
  private static final List<String> HEADINGS =
      List.of("name", "roles", "areas", "tags", "state", "expires", "last used");

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      required = true,
      split = ",",
      description = "reader, writer, corrector, engineer, auditor or admin; may be repeated.")
  private List<String> roles = new ArrayList<>();

  @Option(
      names = "--area",
      paramLabel = "PATH",
      description = "Only tags of this equipment and all below, such as TIDE/AREA1.")
  private List<String> areas = new ArrayList<>();

  @Option(
      names = "--tag",
      paramLabel = "PATTERN",
      description = "Only tags of these names, such as 'R1.*'.")
  private List<String> tags = new ArrayList<>();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "When it ends: 2027-01-31, or '*+90d' from now; never without.")
  private @Nullable String expires;

  AccountOptions() {}

  /** The body of a request for an account. */
  ObjectNode body(String name, String kind) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("name", name).put("kind", kind);
    roles.forEach(body.putArray("roles")::add);
    areas.forEach(body.putArray("areas")::add);
    tags.forEach(body.putArray("tags")::add);
    if (expires != null) {
      body.put("expires", expires);
    }
    return body;
  }

  /** Prints the accounts of a kind as a table. */
  static void list(ServerClient server, PrintWriter out, String kind) {
    JsonNode answer =
        ServerClient.json(server.send("GET", "/api/v1/accounts", null, "application/json"));
    TextTable table = new TextTable(HEADINGS, HEADINGS.stream().map(heading -> false).toList());
    for (JsonNode account : answer.path("accounts")) {
      if (account.path("kind").asText().equals(kind)) {
        table.add(
            List.of(
                account.path("name").asText(),
                joined(account.path("roles")),
                joined(account.path("areas")),
                joined(account.path("tags")),
                account.path("state").asText(),
                account.path("expires").asText(""),
                account.path("lastUsed").asText("")));
      }
    }
    table.print(out);
  }

  private static String joined(JsonNode texts) {
    List<String> all = new ArrayList<>();
    texts.forEach(text -> all.add(text.asText()));
    return String.join(" ", all);
  }

  static void revoke(ServerClient server, PrintWriter out, String name) {
    server.send("DELETE", path(name), null, "application/json");
    out.printf("revoked: %s%n", name);
  }

  static String path(String name) {
    return "/api/v1/accounts/"
        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
