package io.tidemark.storage.lifecycle;

import io.tidemark.model.Agent;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Does, one at a time, what changes the manifest: seals what is frozen, drops what is no longer
 * kept, merges ledgers. One thread.
 */
public final class ManifestAgent implements Agent {
  /** What there is to do. */
  public interface Work {
    /** One step; says whether there was something to do. */
    boolean step() throws IOException;
  }

  private final Work work;

  /** An agent that drives the work. */
  public ManifestAgent(Work work) {
    this.work = work;
  }

  @Override
  public int doWork() {
    try {
      return work.step() ? 1 : 0;
    } catch (IOException e) {
      throw new UncheckedIOException("manifest work failed", e);
    }
  }

  @Override
  public String roleName() {
    return "sealer";
  }
}
