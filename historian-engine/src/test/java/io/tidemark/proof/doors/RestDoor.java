package io.tidemark.proof.doors;

import io.tidemark.proof.Api;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** REST, with one form of its answers. */
final class RestDoor implements AnsweringDoor {
  /** A form of an answer. */
  interface Form {
    /** Its name in reports. */
    String name();

    /** What asks for it: the end of the query. */
    String parameters(Question question);

    /** Why it is not there for a question; null if it is. */
    @Nullable String whyNot(Question question);

    /** Reads an answer. */
    Answer read(Question question, byte[] body);

    /** See {@link AnsweringDoor#asShown}. */
    Row asShown(Question question, Row row);

    /** Whether it is JSON, which has room for errors and says more. */
    boolean isJson();
  }

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(); // see ServerClient
  private final String address;
  private final String token;
  private final Form form;

  RestDoor(String address, String token, Form form) {
    this.address = address;
    this.token = token;
    this.form = form;
  }

  @Override
  public String name() {
    return "REST " + form.name();
  }

  @Override
  public @Nullable String whyNot(Question question) {
    return form.whyNot(question);
  }

  @Override
  public String asked(Question question) {
    return "GET " + RestQuery.of(question) + form.parameters(question);
  }

  @Override
  public Answer answer(Question question) {
    URI uri = URI.create(address + RestQuery.of(question) + form.parameters(question));
    HttpResponse<byte[]> response;
    try {
      HttpRequest request =
          HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build();
      response = client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    if (response.statusCode() == 200) {
      return form.read(question, response.body());
    }
    String text = new String(response.body(), StandardCharsets.UTF_8);
    return Answer.refused(Api.parse(text).path("code").asText(text));
  }

  @Override
  public Row asShown(Question question, Row row) {
    return form.asShown(question, row);
  }

  @Override
  public boolean hasErrorsOfTags() {
    return form.isJson();
  }

  @Override
  public boolean saysMore() {
    return form.isJson();
  }
}
