package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description of the interface says what the routes do, no more and no less. */
class OpenApiTest {
  /** What programs use; pages and what they load describe themselves. */
  private static final List<String> DESCRIBED =
      List.of("/api/", "/write", "/query", "/ping", "/settings", "/health", "/metrics");

  /** A parameter so far from any that the refusal lists them all. */
  private static final String NO_PARAMETER = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";

  @TempDir static Path folder;
  private static Door door;
  private static JsonNode document;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    door.get("/health/live"); // changes to HTTP/2 with a short answer: see ServerClient
    document = Api.expect(door.get("/api/v1/openapi.json"));
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  /** Query parameters of each operation, by method and path as routes have it. */
  private static Map<String, Set<String>> described() {
    Map<String, Set<String>> operations = new TreeMap<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      int variable = path.getKey().indexOf('{');
      String routePath = variable < 0 ? path.getKey() : path.getKey().substring(0, variable) + "*";
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        if (operation.getKey().equals("parameters")) {
          continue; // those of the path, not a method
        }
        Set<String> names = new TreeSet<>();
        for (JsonNode parameter : operation.getValue().path("parameters")) {
          if (parameter.path("in").asText().equals("query")) {
            assertThat(names.add(parameter.path("name").asText()))
                .as("twice: %s", parameter)
                .isTrue();
          }
        }
        operations.put(operation.getKey().toUpperCase(Locale.ROOT) + " " + routePath, names);
      }
    }
    return operations;
  }

  /** What a route itself says that it knows, when it is asked for something else. */
  private static Set<String> known(Route route) {
    String path = route.path().replace("*", "orders/O-1") + "?" + NO_PARAMETER;
    JsonNode error =
        Api.parse(
            door.send(
                    route.method(),
                    path,
                    route.method().equals("GET")
                        ? BodyPublishers.noBody()
                        : BodyPublishers.ofString("{}"),
                    "Content-Type",
                    JSON)
                .body());
    assertThat(error.path("code").asText()).as(route.path()).isEqualTo("UNKNOWN_PARAMETER");
    String hint = error.path("hint").asText();
    return hint.startsWith("parameters are ")
        ? new TreeSet<>(List.of(hint.substring("parameters are ".length()).split(", ")))
        : Set.of();
  }

  @Test
  void everyRouteIsDescribedWithItsParametersAndNothingElse() {
    Map<String, Set<String>> routes = new TreeMap<>();
    for (Route route : door.routes()) {
      if (DESCRIBED.stream().anyMatch(route.path()::startsWith)) {
        // Probes and documents are for clients that add what they like: they look at no parameter.
        boolean asks = route.lane() != Route.Lane.PROBE;
        routes.put(route.method() + " " + route.path(), asks ? known(route) : Set.of());
      }
    }
    assertThat(routes).hasSizeGreaterThan(20);
    assertThat(described()).isEqualTo(routes);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    List<JsonNode> references = document.findValues("$ref");
    assertThat(references).isNotEmpty();
    for (JsonNode reference : references) {
      assertThat(reference.asText()).startsWith("#/");
      assertThat(document.at(reference.asText().substring(1)).isObject())
          .as(reference.asText())
          .isTrue();
    }
  }

  @Test
  void everyOperationSaysWhatItDoesReadsAndAnswers() {
    assertThat(document.path("openapi").asText()).startsWith("3.1");
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        if (operation.getKey().equals("parameters")) {
          continue;
        }
        String name = operation.getKey() + " " + path.getKey();
        JsonNode said = operation.getValue();
        assertThat(said.path("summary").asText()).as(name).isNotBlank();
        assertThat(said.path("responses")).as(name).isNotEmpty();
        assertThat(said.has("requestBody"))
            .as(name)
            .isEqualTo(!List.of("get", "delete").contains(operation.getKey()));
        said.path("parameters")
            .forEach(p -> assertThat(p.path("schema").isObject()).as(name + " " + p).isTrue());
      }
    }
  }

  @Test
  void everyChoiceThatIsDescribedIsOneThatTheRouteTakes() {
    door.api().writeLines("m,tag=O.1 value=1 1");
    String base = "tag=O.1&startTime=*-1h&endTime=*";
    int tried = 0;
    for (String mode : List.of("recorded", "interpolated", "at_times", "plot", "summary")) {
      String path = "/api/v1/values/" + mode;
      String question =
          switch (mode) {
            case "interpolated" -> base + "&interval=10m";
            case "at_times" -> "tag=O.1&time=*";
            default -> base;
          };
      for (JsonNode parameter : document.path("paths").path(path).path("get").path("parameters")) {
        String name = parameter.path("name").asText();
        for (JsonNode choice : parameter.path("schema").path("enum")) {
          if (!name.equals("format")) {
            tried++;
            String asked = path + "?" + question + "&" + name + "=" + choice.asText();
            assertThat(door.get(asked).statusCode()).as(asked).isEqualTo(200);
          }
        }
      }
    }
    assertThat(tried).isGreaterThan(10);
  }

  @Test
  void theSchemaOfErrorsHasEveryFieldOfAnError() {
    JsonNode known = document.at("/components/schemas/Error/properties");
    for (String path : List.of("/nowhere", "/api/v1/values/recorded?tag=A&startTime=x")) {
      for (Map.Entry<String, JsonNode> field : Api.parse(door.get(path).body()).properties()) {
        assertThat(known.has(field.getKey())).as(field.getKey()).isTrue();
      }
    }
  }
}
