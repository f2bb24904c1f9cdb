import json, urllib.request as u, pyarrow as pa
def sql(q, *p):
    body = json.dumps({"sql": q, "params": p}).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/vnd.apache.arrow.stream"}
    return pa.ipc.open_stream(u.urlopen(u.Request("http://127.0.0.1:7300/api/v1/sql", body, headers))).read_all()

# A day of a tag.
t = sql("SELECT tag, ts, value, status FROM samples WHERE tag = ? AND ts >= now() - INTERVAL '1 day'", "R1.TIC101.PV")
assert t.schema.field("ts").type == pa.timestamp("ns", "UTC") and abs(t.num_rows - 17280) <= 1 and t.schema.field("tag").type == pa.string()
assert t.schema.field("value").metadata[b"uom"] == b"degC" and t.schema.field("status").type == pa.uint32()

# A week of three tags, aligned.
names = ["R1.TIC101.PV", "R1.TI102.PV", "R1.SIC105.PV"]
wide = "SELECT * FROM wide(tags => ['R1.TIC101.PV','R1.TI102.PV','R1.SIC105.PV'], start_time => now() - INTERVAL '7 days', end_time => now(), every => INTERVAL '1 minute')"
w = sql(wide)
assert w.num_rows == 10080 and w.column_names == ["ts"] + names, w.schema
for name in names:
    field = w.schema.field(name)
    assert field.type == pa.float64() and set(field.metadata) >= {b"uom", b"step", b"mode", b"timeZone", b"dataVersion"}, field.metadata
assert w.schema.field("R1.SIC105.PV").metadata[b"uom"] == b"rpm"
s = sql(wide.replace("every =>", "with_status => true, every =>"))
assert s.column_names == ["ts"] + [c for name in names for c in (name, name + ".status")], s.schema
assert s.schema.field("R1.TI102.PV.status").type == pa.uint32()
# Bad is null: the jacket sensor of B-0039 was for 20 minutes.
status, value = s.column("R1.TI102.PV.status").to_pylist(), s.column("R1.TI102.PV").to_pylist()
bad = [v for x, v in zip(status, value) if x >> 30 >= 2]
assert 19 <= len(bad) <= 21 and all(v is None for v in bad) and value.count(None) == len(bad), len(bad)

# Batches of a product over each other.
b = sql("SELECT * FROM by_batch(batches => (SELECT list(batch_id) FROM batches WHERE product_id = 'P-100' AND unit_id = 'R1' AND end_time IS NOT NULL), attributes => ['Reactor Temperature'], anchor => 'React', points => 200)")
told = ["batch_id", "phase", "instance", "x", "offset_s", "attribute", "tag", "value", "status", "percent_good"]
assert [c for c in b.column_names if c in told] == told, b.schema
rows = b.to_pylist()
batches = {r["batch_id"] for r in rows}
assert len(batches) > 3 and all(sum(r["batch_id"] == x for r in rows) == 200 for x in batches)
assert all(0 <= r["x"] <= 1 and r["phase"] == "React" and r["tag"] == "R1.TIC101.PV" for r in rows)
assert max(rows, key=lambda r: r["value"] or 0)["batch_id"] == "B-0041"

# Every sample of the reactor, as a stream.
import pyarrow.flight as fl
c = fl.connect("grpc://127.0.0.1:7301"); i = c.get_flight_info(fl.FlightDescriptor.for_command(b"SELECT tag, ts, value FROM samples WHERE tag LIKE 'R1.%'"))
n = sum(x.data.num_rows for x in c.do_get(i.endpoints[0].ticket))
assert n > 1_000_000, n
print("analyst", t.num_rows, w.num_rows, b.num_rows)
