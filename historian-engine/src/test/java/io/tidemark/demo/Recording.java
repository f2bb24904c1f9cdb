package io.tidemark.demo;

import io.tidemark.model.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Everything a plant gave for a range, to look into. */
final class Recording implements DemoSink {
  /** A sample; value is Double, Integer, String or null. */
  record Sample(int tag, long timeNs, Object value, int status) {}

  private final List<DemoTag> tags;
  final List<Sample> samples = new ArrayList<>();

  Recording(DemoPlant plant) {
    tags = plant.tags();
  }

  static Recording of(DemoPlant plant, TimeRange range) {
    Recording recording = new Recording(plant);
    plant.generate(range, recording);
    return recording;
  }

  List<Sample> of(String tag) {
    int index = tags.stream().map(DemoTag::name).toList().indexOf(tag);
    if (index < 0) {
      throw new IllegalArgumentException(tag);
    }
    return samples.stream().filter(s -> s.tag() == index).collect(Collectors.toList());
  }

  @Override
  public void number(int tagIndex, long timeNs, double value, int status) {
    samples.add(new Sample(tagIndex, timeNs, value, status));
  }

  @Override
  public void state(int tagIndex, long timeNs, int ordinal, int status) {
    samples.add(new Sample(tagIndex, timeNs, ordinal, status));
  }

  @Override
  public void text(int tagIndex, long timeNs, String text, int status) {
    samples.add(new Sample(tagIndex, timeNs, text, status));
  }

  @Override
  public void absent(int tagIndex, long timeNs, int status) {
    samples.add(new Sample(tagIndex, timeNs, null, status));
  }
}
