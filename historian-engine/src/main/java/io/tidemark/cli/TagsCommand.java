package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark tags}. */
@Command(
    name = "tags",
    mixinStandardHelpOptions = true,
    description = "Lists the tags of a server.",
    footer = {"", "Example:", "  tidemark tags 'R1.*' --search jacket"})
final class TagsCommand implements Callable<Integer> {
  @Mixin private ServerClient client = new ServerClient();

  @Parameters(
      arity = "0..1",
      paramLabel = "PATTERN",
      defaultValue = "*",
      description = "Name with * and ? as wildcards; default all.")
  private String pattern = "*";

  @Option(names = "--search", paramLabel = "TEXT", description = "Text in name or description.")
  private @Nullable String search;

  @Spec private CommandSpec spec = CommandSpec.create();

  TagsCommand() {}

  @Override
  public Integer call() {
    String path =
        "/api/v1/tags?filter="
            + URLEncoder.encode(pattern, StandardCharsets.UTF_8)
            + (search == null ? "" : "&q=" + URLEncoder.encode(search, StandardCharsets.UTF_8));
    JsonNode answer = ServerClient.json(client.send("GET", path, null, "application/json"));
    TextTable table =
        new TextTable(
            List.of("tag", "type", "uom", "step", "description"),
            List.of(false, false, false, false, false));
    for (JsonNode tag : answer.path("tags")) {
      table.add(
          List.of(
              tag.path("name").asText(),
              tag.path("type").asText(),
              tag.path("uom").asText(),
              tag.path("step").asText(),
              tag.path("description").asText()));
    }
    table.print(spec.commandLine().getOut());
    spec.commandLine()
        .getOut()
        .printf("%n%d of %s tags%n", answer.path("tags").size(), answer.path("total").asText());
    return 0;
  }
}
