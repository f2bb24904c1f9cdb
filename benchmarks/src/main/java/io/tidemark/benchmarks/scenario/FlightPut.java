package io.tidemark.benchmarks.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.benchmarks.scenario.Bench.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * What does a writer of Arrow get? {@link WorkloadM} over Flight's {@code DoPut}, a row a sample
 * and a column a tag; a few batches are under way at a time, and each is acknowledged once it is
 * kept for sure.
 */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
final class FlightPut {
  private static final Target RATE = new Target(6, 30, 0);
  private static final String PATH = "samples";
  private static final int[] LONG_ROWS = {8192, 65_536};
  private static final int WIDE_SCANS = 64;
  private static final int BATCHES_UNDER_WAY = 32;
  private static final long SAMPLES_MAX = 20_000_000;
  private static final int WARM_UP_SHARE = 1; // the server is new for each row
  private static final int ACK_SECONDS_MAX = 60;
  private static final long READY_PARK_NS = 20_000;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final DictionaryEncoding TAGS =
      new DictionaryEncoding(1, false, new ArrowType.Int(32, true));
  private static final ArrowType DOUBLE =
      new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
  private static final ArrowType TIME =
      new ArrowType.Timestamp(org.apache.arrow.vector.types.TimeUnit.NANOSECOND, "UTC");
  private static final Set<FlightStatusCode> TAKES_NONE =
      Set.of(FlightStatusCode.UNIMPLEMENTED, FlightStatusCode.NOT_FOUND);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Bench bench;
  private final WorkloadM workload;

  private FlightPut(Bench bench) {
    this.bench = bench;
    workload = WorkloadM.mixed(bench.seed(), bench.tags());
  }

  static void answer(Bench bench) throws Exception {
    bench.heading(
        "Arrow over Flight (DoPut)",
        bench.tags()
            + " tags in scans, one client, at most "
            + BATCHES_UNDER_WAY
            + " batches under way, each acknowledged synced; columns made before");
    bench.row(
        "batch",
        "samples",
        "server, ns of a core a sample",
        "M samples/s",
        "at least / reach",
        "rate");
    bench.rule(6);
    FlightPut put = new FlightPut(bench);
    for (int rows : LONG_ROWS) {
      put.measure("tag, ts, value: " + Bench.grouped(rows) + " rows", put.longForm(rows));
    }
    put.measure(
        "ts and " + bench.tags() + " tags: " + WIDE_SCANS + " rows", put.wideForm(WIDE_SCANS));
  }

  /** A column of a batch: its values as Arrow has them, none of them null. */
  private record Batch(int rows, int samples, List<byte[]> columns) {}

  /** All batches of a run, and what they look like. */
  private record Batches(Schema schema, boolean hasDictionary, List<Batch> batches) {
    long samples() {
      return batches.stream().mapToLong(Batch::samples).sum();
    }
  }

  private long scans() {
    long most = SAMPLES_MAX / workload.tags();
    return Math.min(most, bench.scans()) * (WARM_UP_SHARE + 1) / WARM_UP_SHARE;
  }

  private Batches longForm(int rows) {
    Schema schema =
        new Schema(
            List.of(
                new Field("tag", new FieldType(false, TAGS.getIndexType(), TAGS), null),
                Field.notNullable("ts", TIME),
                Field.notNullable("value", DOUBLE)));
    List<Batch> batches = new ArrayList<>();
    List<WorkloadM.Source> sources = workload.sources();
    long left = scans() * sources.size();
    int tag = 0;
    while (left > 0) {
      int count = (int) Math.min(rows, left);
      byte[] tags = new byte[count * Integer.BYTES];
      byte[] times = new byte[count * Long.BYTES];
      byte[] values = new byte[count * Double.BYTES];
      for (int row = 0; row < count; row++) {
        WorkloadM.Source source = sources.get(tag);
        source.next();
        column(tags).putInt(row * Integer.BYTES, tag);
        column(times).putLong(row * Long.BYTES, source.timeNs());
        column(values).putDouble(row * Double.BYTES, source.value());
        tag = (tag + 1) % sources.size();
      }
      batches.add(new Batch(count, count, List.of(tags, times, values)));
      left -= count;
    }
    return new Batches(schema, true, batches);
  }

  private Batches wideForm(int rows) {
    List<Field> fields = new ArrayList<>();
    fields.add(Field.notNullable("ts", TIME));
    workload.names().forEach(name -> fields.add(Field.notNullable(name, DOUBLE)));
    List<WorkloadM.Source> sources = new ArrayList<>();
    for (int tag = 0; tag < workload.tags(); tag++) {
      sources.add(workload.exactSource(tag));
    }
    List<Batch> batches = new ArrayList<>();
    for (long scan = 0; scan < scans(); scan += rows) {
      List<byte[]> columns = new ArrayList<>();
      byte[] times = new byte[rows * Long.BYTES];
      for (int row = 0; row < rows; row++) {
        column(times).putLong(row * Long.BYTES, WorkloadM.START_NS + (scan + row) * SECOND_NS);
      }
      columns.add(times);
      for (WorkloadM.Source source : sources) {
        byte[] values = new byte[rows * Double.BYTES];
        for (int row = 0; row < rows; row++) {
          source.next();
          column(values).putDouble(row * Double.BYTES, source.value());
        }
        columns.add(values);
      }
      batches.add(new Batch(rows, rows * sources.size(), columns));
    }
    return new Batches(new Schema(fields), false, batches);
  }

  private static ByteBuffer column(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void measure(String name, Batches all) throws Exception {
    int warm = Math.max(1, all.batches.size() / (WARM_UP_SHARE + 1));
    Batches measured =
        new Batches(all.schema, all.hasDictionary, all.batches.subList(warm, all.batches.size()));
    try (BenchStore.Kept kept =
            new BenchStore.Kept(Files.createTempDirectory(bench.folder(), "tidemark-bench"));
        ServerProcess server = ServerProcess.startAsLaunched(kept.folder());
        BufferAllocator allocator = new RootAllocator();
        FlightClient client =
            FlightClient.builder(
                    allocator, Location.forGrpcInsecure("127.0.0.1", server.flightPort()))
                .build()) {
      put(
          allocator,
          client,
          new Batches(all.schema, all.hasDictionary, all.batches.subList(0, warm)));
      long cpuBefore = server.cpuNanos();
      long before = System.nanoTime();
      put(allocator, client, measured);
      double rate = measured.samples() * 1e3 / (System.nanoTime() - before);
      bench.row(
          name,
          Bench.grouped(measured.samples()),
          Long.toString((server.cpuNanos() - cpuBefore) / measured.samples()),
          Bench.number(rate, 2),
          RATE.text(),
          RATE.verdictOfRate(rate));
    } catch (FlightRuntimeException e) {
      if (!TAKES_NONE.contains(e.status().code())) {
        throw e;
      }
      bench.row(name, "this server takes none", "", "", RATE.text(), "missed");
    }
  }

  private void put(BufferAllocator allocator, FlightClient client, Batches batches)
      throws InterruptedException {
    Acknowledgements acknowledgements = new Acknowledgements();
    try (VectorSchemaRoot root = VectorSchemaRoot.create(batches.schema, allocator);
        VarCharVector names = new VarCharVector("names", allocator)) {
      MapDictionaryProvider dictionaries = new MapDictionaryProvider();
      if (batches.hasDictionary) {
        fill(names);
        dictionaries.put(new Dictionary(names, TAGS));
      }
      FlightClient.ClientStreamListener stream =
          client.startPut(FlightDescriptor.path(PATH), root, dictionaries, acknowledgements);
      for (Batch batch : batches.batches) {
        acknowledgements.awaitRoom();
        while (!stream.isReady()) { // putNext waits too, but does not hear of an error
          acknowledgements.check();
          LockSupport.parkNanos(READY_PARK_NS);
        }
        fill(root, batch);
        stream.putNext();
      }
      stream.completed();
      stream.getResult();
    }
    if (acknowledgements.stored.get() != batches.samples()) {
      throw new IllegalStateException(
          "samples are missing: stored=" + acknowledgements.stored + ", sent=" + batches.samples());
    }
  }

  private void fill(VarCharVector names) {
    List<String> all = workload.names();
    names.allocateNew();
    for (int tag = 0; tag < all.size(); tag++) {
      names.setSafe(tag, all.get(tag).getBytes(StandardCharsets.UTF_8));
    }
    names.setValueCount(all.size());
  }

  /** Into new memory: what was sent before may still be on its way. */
  private static void fill(VectorSchemaRoot root, Batch batch) {
    for (int i = 0; i < batch.columns.size(); i++) {
      FieldVector field = root.getVector(i);
      if (!(field instanceof BaseFixedWidthVector vector)) {
        throw new IllegalStateException("column has no fixed width: " + field.getField());
      }
      byte[] values = batch.columns.get(i);
      vector.allocateNew(batch.rows);
      vector.getDataBuffer().setBytes(0, values, 0, values.length);
      ArrowBuf present = vector.getValidityBuffer();
      present.setOne(0, present.capacity());
      vector.setValueCount(batch.rows);
    }
    root.setRowCount(batch.rows);
  }

  /** Lets a bounded number of batches be under way, and counts what was stored. */
  private static final class Acknowledgements implements FlightClient.PutListener {
    private final Semaphore room = new Semaphore(BATCHES_UNDER_WAY);
    private final AtomicLong stored = new AtomicLong();
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();

    void awaitRoom() throws InterruptedException {
      if (!room.tryAcquire(ACK_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no acknowledgement in time");
      }
      check();
    }

    /** Throws if the call has failed. */
    void check() {
      if (end.isCompletedExceptionally()) {
        getResult();
      }
    }

    @Override
    public void onNext(PutResult result) {
      byte[] text = new byte[(int) result.getApplicationMetadata().readableBytes()];
      result.getApplicationMetadata().getBytes(0, text);
      try {
        JsonNode answer = JSON.readTree(text);
        stored.addAndGet(answer.path("stored").asLong());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      room.release();
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
      room.release(BATCHES_UNDER_WAY);
    }

    @Override
    public void onCompleted() {
      end.complete(true);
    }

    @Override
    public void getResult() {
      try {
        end.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException failure ? failure : e;
      }
    }
  }
}
