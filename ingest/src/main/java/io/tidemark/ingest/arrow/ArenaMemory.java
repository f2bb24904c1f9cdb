package io.tidemark.ingest.arrow;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;

/**
 * Memory for the decoding of one body, freed as a whole: Arrow's readers forget buffers when a body
 * turns out to be damaged. One thread.
 */
final class ArenaMemory implements AllocationManager.Factory, AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofConfined();
  private final long bytesMax;
  private long bytes;

  /**
   * Memory.
   *
   * @param bytesMax of all buffers together, those too that are not in use any more
   */
  ArenaMemory(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Hands out this memory; it need not be closed. */
  BufferAllocator allocator() {
    return new RootAllocator(
        RootAllocator.configBuilder()
            .allocationManagerFactory(this)
            .maxAllocation(bytesMax)
            .build());
  }

  @Override
  public AllocationManager create(BufferAllocator accounting, long size) {
    if (size > bytesMax - bytes) {
      throw new OutOfMemoryException("bytes=" + (bytes + size) + ", bytesMax=" + bytesMax);
    }
    bytes += size;
    return new Buffer(accounting, arena.allocate(Math.max(1, size), ALIGNMENT), size);
  }

  @Override
  public ArrowBuf empty() {
    return new ArrowBuf(ReferenceManager.NO_OP, null, 0, arena.allocate(1).address());
  }

  @Override
  public void close() {
    arena.close();
  }

  private static final class Buffer extends AllocationManager {
    private final MemorySegment memory;
    private final long size;

    Buffer(BufferAllocator accounting, MemorySegment memory, long size) {
      super(accounting);
      this.memory = memory;
      this.size = size;
    }

    @Override
    public long getSize() {
      return size;
    }

    @Override
    protected long memoryAddress() {
      return memory.address();
    }

    @Override
    protected void release0() {
      // with all the others
    }
  }
}
