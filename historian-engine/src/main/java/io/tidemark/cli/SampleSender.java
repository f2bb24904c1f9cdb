package io.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.csv.CsvSink;

/** Sends the samples of a CSV file to a server. One thread. */
final class SampleSender implements CsvSink {
  private final BulkSender sender;
  private final RowReport report;

  SampleSender(ServerClient client, RowReport report) {
    this.report = report;
    sender = new BulkSender(client, "/api/v1/write?precision=ns", "samples", report);
  }

  private static ObjectNode sample(String tag, long timeNs, int status) {
    ObjectNode sample = JsonNodeFactory.instance.objectNode().put("tag", tag).put("ts", timeNs);
    return status == 0 ? sample : sample.put("status", Integer.toUnsignedLong(status));
  }

  private void add(ObjectNode sample, String tag, long line) {
    sender.add(sample.toString(), tag, line);
  }

  @Override
  public void integer(String tag, long timeNs, long value, int status, long line) {
    add(sample(tag, timeNs, status).put("value", value), tag, line);
  }

  @Override
  public void decimal(String tag, long timeNs, double value, int status, long line) {
    add(sample(tag, timeNs, status).put("value", value), tag, line);
  }

  @Override
  public void bool(String tag, long timeNs, boolean value, int status, long line) {
    add(sample(tag, timeNs, status).put("value", value), tag, line);
  }

  @Override
  public void text(String tag, long timeNs, String value, int status, long line) {
    add(sample(tag, timeNs, status).put("value", value), tag, line);
  }

  @Override
  public void absent(String tag, long timeNs, int status, long line) {
    add(sample(tag, timeNs, status).putNull("value"), tag, line);
  }

  @Override
  public void badRow(long line, String column, String reason) {
    report.add(line, column, reason);
  }

  void flush() {
    sender.flush();
  }

  /** Samples that the server took. */
  long stored() {
    return sender.stored();
  }
}
