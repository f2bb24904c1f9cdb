package io.tidemark.forward;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.client.OutgoingRequest;
import io.tidemark.client.RequestOutcome;
import io.tidemark.client.RequestSender;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of which tags the server was told since the start. Definitions go out before the
 * samples that need them; telling one twice changes nothing. Safe from any thread.
 */
final class SentTags {
  private static final int TAGS_PER_REQUEST = 5000;

  private final TagCatalog tags;
  private final RefusedSamples refused;
  private final ObjectMapper mapper = new ObjectMapper();
  private final Map<Integer, Integer> versions = new ConcurrentHashMap<>();

  SentTags(TagCatalog tags, RefusedSamples refused) {
    this.tags = tags;
    this.refused = refused;
  }

  /**
   * Tells the server what it does not know of the tags of these samples.
   *
   * @return what went wrong with the last request, or null if nothing did
   */
  @Nullable RequestOutcome send(RequestSamples samples, RequestSender sender) {
    Set<Integer> ids = new HashSet<>(samples.definedTags());
    int before = -1;
    for (int row = 0; row < samples.count(); row++) {
      if (samples.tagId(row) != before) {
        before = samples.tagId(row);
        ids.add(before);
      }
    }
    List<TagDefinition> due = new ArrayList<>();
    for (int id : ids) {
      TagDefinition tag = tags.byId(id);
      if (tag != null && versions.getOrDefault(id, 0) != tag.version()) {
        due.add(tag);
      }
    }
    for (int from = 0; from < due.size(); from += TAGS_PER_REQUEST) {
      List<TagDefinition> part = due.subList(from, Math.min(due.size(), from + TAGS_PER_REQUEST));
      RequestOutcome outcome =
          sender.send(
              new OutgoingRequest("PUT", "/api/v1/tags", "application/json", body(part), null));
      if (!outcome.isStored()) {
        return outcome;
      }
      refused.tags(outcome);
      part.forEach(tag -> versions.put(tag.id(), tag.version()));
    }
    return null;
  }

  private byte[] body(List<TagDefinition> part) {
    ObjectNode body = mapper.createObjectNode();
    ArrayNode items = body.putArray("tags");
    for (TagDefinition tag : part) {
      ObjectNode item = items.addObject();
      item.put("name", tag.name());
      item.put("type", tag.type().label());
      item.put("uom", tag.uom());
      item.put("description", tag.description());
      item.put("step", tag.stepped());
      if (!Double.isNaN(tag.rangeLow()) && !Double.isNaN(tag.rangeHigh())) {
        item.putObject("range").put("low", tag.rangeLow()).put("high", tag.rangeHigh());
      }
      if (!tag.states().isEmpty()) {
        ArrayNode states = item.putArray("states");
        tag.states().forEach(states::add);
      }
      item.put("duplicates", tag.duplicates().label());
      item.put("forecast", tag.forecast());
    }
    try {
      return mapper.writeValueAsBytes(body);
    } catch (IOException e) {
      throw new UncheckedIOException("a tree is always JSON", e);
    }
  }
}
