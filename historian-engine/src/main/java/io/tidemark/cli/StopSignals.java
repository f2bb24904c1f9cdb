package io.tidemark.cli;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that ask a process to stop: the first one is heard by {@link #await}, the second one
 * ends the process at once with the code that shells give (128 and the signal's number). That is
 * safe at any time: the next start recovers, as after any other death.
 */
final class StopSignals {
  /*
   * Shutdown hooks see the first signal only, and the process then ends with 143 whatever they do. The JDK's other way
   * is sun.misc.Signal, in the supported module jdk.unsupported; it is reached by reflection since the compiler's
   * warning about it cannot be switched off in one place. Where it is not to be had (-Xrs, another JVM) a hook hears
   * the first signal.
   */
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);
  private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);
  private static final int SIGNAL_BASE = 128;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Runnable onFirst;
  private volatile String name = "none";

  private StopSignals() {}

  /** Hears signals from now on. */
  static StopSignals install() {
    StopSignals signals = new StopSignals();
    try {
      for (String signal : List.of("TERM", "INT", "HUP")) {
        signals.handle(signal);
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("signals are heard through a shutdown hook", e);
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(signals::inHook));
    }
    return signals;
  }

  private void handle(String signal) throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    Object handler =
        Proxy.newProxyInstance(
            StopSignals.class.getClassLoader(),
            new Class<?>[] {handlerType},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "handle" -> {
                    heard(signal);
                    yield null;
                  }
                  case "hashCode" -> signal.hashCode();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
    signalType
        .getMethod("handle", signalType, handlerType)
        .invoke(null, signalType.getConstructor(String.class).newInstance(signal), handler);
  }

  private void heard(String signal) {
    synchronized (this) {
      if (asked.getCount() > 0) {
        name = signal;
        Runnable first = onFirst;
        asked.countDown();
        if (first != null) {
          first.run();
        }
        return;
      }
    }
    LOG.warn("stopping at once: signal={}; the next start recovers", signal);
    Runtime.getRuntime().halt(SIGNAL_BASE + NUMBERS.getOrDefault(signal, 0));
  }

  private void inHook() {
    name = "shutdown";
    asked.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs the action at the first signal, on the signal's thread; null for none. */
  synchronized void onFirst(@Nullable Runnable action) {
    onFirst = action;
  }

  /** Waits for the first signal and returns its name. */
  String await() throws InterruptedException {
    asked.await();
    return name;
  }

  /** Says that everything is closed and the process may end. */
  void stopped() {
    stopped.countDown();
  }
}
