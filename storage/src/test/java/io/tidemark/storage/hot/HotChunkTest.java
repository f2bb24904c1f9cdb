package io.tidemark.storage.hot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SampleType;
import org.junit.jupiter.api.Test;

class HotChunkTest {
  /** The count is read anew each time, also once the loop is compiled. */
  @Test
  void aReaderThatWaitsForARowEnds() throws InterruptedException {
    HotChunk chunk = new HotChunk(SampleType.INT64, 16);
    Thread reader =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  while (chunk.count() == 0) {
                    // once more
                  }
                });
    Thread.sleep(200); // enough for the compiler
    chunk.append(1, 1, null, 0, (byte) 0, 10);
    reader.join(10_000);
    assertThat(reader.isAlive()).isFalse();
  }
}
