package io.tidemark.testing;

import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/**
 * The machine's disk, whose forces hang while a test wants it: a disk that is slow, or gone for a
 * moment. Everything else works. Safe from any thread.
 */
public final class HangingDisk {
  private final Disk disk =
      (Disk)
          Proxy.newProxyInstance(
              Disk.class.getClassLoader(),
              new Class<?>[] {Disk.class},
              (proxy, method, arguments) -> {
                Object answer = call(Disk.REAL, method, arguments);
                return answer instanceof Disk.DiskFile file ? hanging(file) : answer;
              });

  private volatile CountDownLatch released = new CountDownLatch(0);

  /** A disk that does not hang yet. */
  public HangingDisk() {}

  /** The disk to give to a store. */
  public Disk disk() {
    return disk;
  }

  /** Lets every force hang from now on. */
  public void hang() {
    released = new CountDownLatch(1);
  }

  /** Lets forces return. */
  public void release() {
    released.countDown();
  }

  private Object hanging(Disk.DiskFile file) {
    return Proxy.newProxyInstance(
        Disk.class.getClassLoader(),
        new Class<?>[] {Disk.DiskFile.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("force")) {
            try {
              released.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new InterruptedIOException();
            }
          }
          return call(file, method, arguments);
        });
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      method.setAccessible(true); // the real files are of a private class
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof IOException io ? io : e.getCause();
    }
  }
}
