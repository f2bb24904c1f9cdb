package io.tidemark.wire.http;

import com.linecorp.armeria.common.HttpObject;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Takes a body that nobody reads, and keeps nothing of it. */
final class DiscardedBody implements Subscriber<HttpObject> {
  @Override
  public void onSubscribe(Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(HttpObject piece) {}

  @Override
  public void onError(Throwable cause) {}

  @Override
  public void onComplete() {}
}
