#!/usr/bin/env python3
"""Reads a Tidemark segment by docs/format/segment.md and docs/format/envelope.md alone.

usage: read_segment.py [--rows] [--statistics] [--frames] [--codecs] FILE.tseg

  --rows        every row (the default)
  --statistics  every block's place and every node's statistics, of all levels
  --frames      the list of frames
  --codecs      how often each codec and form occurs

Prints one JSON object a line, in the order of the options. Numbers of 64 bits are decimal strings,
doubles 16 hex digits of their bits. All checksums are verified before anything is printed; what is
wrong goes to standard error, with its place, and the exit code is 1. The copy of an index
(FILE.tidx) has places and frames only. Needs Python 3.8 and nothing else.
"""

import collections
import json
import math
import os
import struct
import sys
import uuid

import zstd_decode

TYPES = {1: "float64", 2: "float32", 3: "int64", 4: "int32", 5: "bool", 6: "digital", 7: "string"}
FORMAT_VERSION = 1
HEADER_BYTES, FOOTER_BYTES, CHUNK_BYTES = 64, 32, 80
GROUP, FANOUT, STATES_MAX = 1024, 32, 8
U64 = (1 << 64) - 1

COUNTS = ["good", "uncertain", "bad", "usable", "first usable", "last usable", "minimum time",
          "maximum time", "good time", "held time", "longest gap", "decreases"]
DOUBLES = ["first", "last", "minimum", "maximum", "sum", "squares", "stepped integral",
           "sloped integral"]


class Damage(Exception):
    """The file is not what the pages say."""


def require(holds, what, where):
    if not holds:
        raise Damage(f"{what} at offset {where}")


def crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC_TABLE = crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def check_crc(data, expected, what, where):
    actual = crc32c(data)
    require(actual == expected,
            f"checksum of {what} differs (stored {expected:08x}, computed {actual:08x})", where)


def signed(value):
    """All arithmetic of the format is modulo 2^64."""
    value &= U64
    return value - (1 << 64) if value >> 63 else value


def unzigzag(value):
    return value >> 1 ^ -(value & 1)


def double_of_bits(bits):
    return struct.unpack("<d", struct.pack("<Q", bits & U64))[0]


def bits_of_double(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def comparable(value):
    """What a second moment is compared with: 41 significant bits of a positive finite number."""
    rounded = (bits_of_double(value) + 2048) >> 12 << 12 if 0 < value < math.inf else 0
    return min(rounded, bits_of_double(sys.float_info.max))


class Part:
    """A part of the file with a name, read from front to end."""

    def __init__(self, data, what, where=0):
        self.data, self.what, self.where, self.position = data, what, where, 0

    def require(self, holds, what):
        require(holds, f"{self.what}: {what}", self.where + self.position)

    def take(self, length):
        self.require(length <= len(self.data) - self.position, f"{length} bytes do not fit")
        self.position += length
        return self.data[self.position - length:self.position]

    def done(self):
        self.require(self.position == len(self.data), "bytes follow")

    def fields(self, layout):
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))

    def u8(self):
        return self.take(1)[0]

    def u32(self):
        return self.fields("I")[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            shift += 7
            self.require(value <= U64 and shift <= 70, "varint of more than 64 bits")
            if byte < 128:
                return value

    def count(self, maximum, what):
        count = self.varint()
        self.require(count <= maximum, f"{count} {what}, at most {maximum} expected")
        return count

    def zigzag(self):
        return unzigzag(self.varint())

    def step(self, met):
        scale = self.u8()
        self.require(scale <= 18 or 32 <= scale <= 95, f"unknown scale {scale} of a step")
        met[f"step of powers of {'ten' if scale <= 18 else 'two'}"] += 1
        return self.zigzag() * (10**scale if scale <= 18 else 2**(scale - 32))


# Columns. Each function reads one of `rows` values and counts what it met in `met`.

def packed(part, count, width):
    """The values of packed(count, width)."""
    if count <= 1008:
        return unpack(part.take((count * width + 7) // 8), count, width)
    words = part.take(16 * 8 * width)
    lanes = []
    for lane in range(16):
        string = b"".join(words[8 * (16 * k + lane):][:8] for k in range(width))
        lanes.append(unpack(string, 64, width))
    part.require(all(lanes[i % 16][i // 16] == 0 for i in range(count, 1024)),
                 "missing rows are not zero")
    return [lanes[i % 16][i // 16] for i in range(count)]


def unpack(string, count, width):
    mask = (1 << width) - 1
    return [int.from_bytes(string[i >> 3:(i >> 3) + 9], "little") >> (i & 7) & mask
            for i in range(0, count * width, width)] if width else [0] * count


def gaps(part, count, rows):
    """The rows of `count` exceptions."""
    found, row = [], -1
    for _ in range(count):
        row += 1
        while True:
            byte = part.u8()
            row += byte
            if byte < 255:
                break
        part.require(row < rows, f"exception in row {row} of {rows}")
        found.append(row)
    return found


def radix_digits(radix):
    """How many digits are stored as one number, and in how many bits."""
    widths = {g: (radix**g - 1).bit_length() for g in range(1, 9)}
    best = min((g for g in widths if widths[g] <= 16), key=lambda g: (widths[g] / g, g))
    return best, widths[best]


def residuals(part, count, met):
    base, divisor, form = part.zigzag(), part.varint(), part.u8()
    if form <= 64:
        met["residuals packed"] += 1
        found = packed(part, count, form)
    elif 67 <= form <= 127:
        met["residuals radix"] += 1
        radix = form - 64
        digits, width = radix_digits(radix)
        numbers = packed(part, -(-count // digits), width)
        found = [n // radix**k % radix for k in range(digits) for n in numbers][:count]
    else:
        part.require(128 <= form <= 191, f"unknown form {form} of residuals")
        met["residuals patched"] += 1
        width = form - 128
        exceptions, high_width = part.count(count, "exceptions"), part.u8()
        part.require(high_width <= 64, f"high parts of {high_width} bits")
        found = packed(part, count, width)
        rows = gaps(part, exceptions, count)
        for row, high in zip(rows, packed(part, exceptions, high_width)):
            found[row] += unzigzag(high) << width
    if count > 1008 and form > 0:
        met["residuals in lanes"] += 1
    return [signed(base + x * divisor) for x in found]


def simple_column(part, rows, met):
    part.require(part.data[part.position:part.position + 1] in (b"\1", b"\3", b"\4"),
                 "codec of a simple column is none of 1, 3, 4")
    return integers(part, rows, met)


def integers(part, rows, met):
    codec = part.u8()
    met[f"integer {codec}"] += 1
    if codec == 0:
        return list(part.fields(f"{rows}q"))
    if codec == 1:
        return [signed(part.zigzag())] * rows
    if codec == 2:
        first, step = part.zigzag(), part.step(met)
        return [signed(first + i * step) for i in range(rows)]
    if codec == 3:
        return residuals(part, rows, met)
    if codec == 4:
        return sums(part.zigzag(), residuals(part, rows - 1, met))
    if codec == 5:
        first, difference = part.zigzag(), part.step(met)
        return sums(first, sums(difference, residuals(part, rows - 2, met)))
    if codec == 6:
        step = part.step(met)
        return [signed(x + i * step) for i, x in enumerate(residuals(part, rows, met))]
    if codec == 7:
        runs = part.count(rows, "runs")
        values = simple_column(part, runs, met)
        lengths = residuals(part, runs - 1, met) if runs > 1 else []
        lengths.append(rows - sum(lengths))
        part.require(min(lengths) > 0, "run without rows")
        return [value for value, length in zip(values, lengths) for _ in range(length)]
    if codec == 8:
        size, smallest = part.count(512, "values"), part.zigzag()
        values = sums(smallest, residuals(part, size - 1, met) if size > 1 else [])
        ranks = simple_column(part, rows, met)
        part.require(all(0 <= rank < size for rank in ranks), "rank outside of its dictionary")
        return [values[rank] for rank in ranks]
    part.require(False, f"unknown codec {codec}")


def sums(first, differences):
    found = [signed(first)]
    for difference in differences:
        found.append(signed(found[-1] + difference))
    return found


def states(part, rows, met):
    """The status and flags of each row."""
    form = part.u8()
    met[f"state {form}"] += 1
    if form == 0:
        found = [part.varint()] * rows
    elif form == 1:
        found = [part.varint()] * rows
        exceptions = gaps(part, part.count(rows, "exceptions"), rows)
        for row, state in zip(exceptions, integers(part, len(exceptions), met)):
            found[row] = state
    else:
        part.require(form == 2, f"unknown form {form} of states")
        found = integers(part, rows, met)
    part.require(all(0 <= state < 1 << 40 for state in found), "state of more than 40 bits")
    rotated = [(state >> 8, state & 255) for state in found]
    return [(high >> 16 | high << 16 & 0xFFFFFFFF, flags) for high, flags in rotated]


def doubles(part, rows, met):
    """The bits of the doubles of a column."""
    form = part.u8()
    met[f"double {form}"] += 1
    if form == 0:
        return [bits & U64 for bits in integers(part, rows, met)]
    if form in (1, 2):
        exponent, exceptions = part.u8(), part.count(rows, "exceptions")
        part.require(exponent <= 18, f"exponent {exponent}")
        found = []
        for m in integers(part, rows, met):
            value = float(m) / float(10**exponent)
            if form == 2:
                value = struct.unpack("<f", struct.pack("<f", value))[0]
            found.append(bits_of_double(value))
        places = part.fields(f"{exceptions}H")
        for row, bits in zip(places, part.fields(f"{exceptions}Q")):
            part.require(row < rows, f"exception in row {row} of {rows}")
            found[row] = bits
        if exceptions:
            met[f"double {form} with exceptions"] += 1
        return found
    part.require(form == 3, f"unknown form {form} of doubles")
    width = part.u8()
    part.require(width < 64, f"{width} low bits")
    high = integers(part, rows, met)
    return [(h << width | low) & U64 for h, low in zip(high, packed(part, rows, width))]


def texts(part, rows, met):
    size = part.count(rows, "texts")
    found = []
    if size > 0:
        lengths = integers(part, size, met)
        part.require(all(length >= 0 for length in lengths), "text of negative length")
        form = part.u8()
        met[f"text {form}"] += 1
        if form == 0:
            content = part.take(sum(lengths))
        else:
            part.require(form == 1, f"unknown form {form} of texts")
            content = zstd_decode.decode(part.take(part.varint()), sum(lengths))
        content = Part(content, f"{part.what}, its texts", part.where + part.position)
        found = [content.take(length).decode("utf-8") for length in lengths]
        content.done()
    else:
        met["text none"] += 1
    indexes = integers(part, rows, met)
    part.require(all(0 <= index <= size for index in indexes), "index of no text")
    return [found[index] if index < size else None for index in indexes]


def bitmap(data, where):
    """The values of a Roaring bitmap (RoaringFormatSpec)."""
    part = Part(data, "bitmap of tags", where)
    cookie, runs = part.u32(), b""
    if cookie & 0xFFFF == 12347:
        size = (cookie >> 16) + 1
        runs = part.take((size + 7) // 8)
    else:
        part.require(cookie == 12346, f"unknown cookie {cookie}")
        size = part.u32()
        part.require(size <= 1 << 16, f"{size} containers")
    keys = [part.fields("HH") for _ in range(size)]
    if not runs or size >= 4:
        part.take(4 * size)  # offsets of containers
    found = []
    for i, (key, cardinality) in enumerate(keys):
        if runs and runs[i // 8] >> (i % 8) & 1:
            pairs = [part.fields("HH") for _ in range(part.fields("H")[0])]
            low = [value for start, more in pairs for value in range(start, start + more + 1)]
        elif cardinality + 1 <= 4096:
            low = part.fields(f"{cardinality + 1}H")
        else:
            bits = int.from_bytes(part.take(8192), "little")
            low = [value for value in range(1 << 16) if bits >> value & 1]
        part.require(len(low) == cardinality + 1, "container of another size")
        found.extend(key << 16 | value for value in low)
    part.done()
    return found


Block = collections.namedtuple(
    "Block", "offset length crc flags rows first last smallest greatest")


class Chunk:
    """An entry of the directory."""

    def __init__(self, part):
        where = part.where + part.position
        (self.tag, self.code, zero, self.size, self.places_length, self.places_offset,
         self.places_crc, zero_too, self.first_block, self.first_time, self.last_time,
         self.order_min, self.order_max, self.rows) = part.fields("IB3sIIQIIQqqQQQ")
        require(not any(zero) and zero_too == 0, "reserved bytes of a chunk are not zero", where)
        require(self.code in TYPES, f"unknown type {self.code}", where)
        require(self.size > 0, "chunk without blocks", where)
        self.type = TYPES[self.code]
        self.name = f"{self.type} of tag {self.tag}"
        sizes = [self.size]
        while self.size > FANOUT and sizes[-1] > 1:
            sizes.append(-(-sizes[-1] // FANOUT))
        self.levels = [None] * len(sizes)

    def spans(self, level):
        """Rows, first and last time of the nodes of a level."""
        width = FANOUT**level
        parts = [self.blocks[start:start + width] for start in range(0, self.size, width)]
        return [(sum(block.rows for block in part), part[0].first, part[-1].last) for part in parts]


class Segment:
    """A segment, or the copy of its index: `shift` is what offsets of the segment differ by."""

    def __init__(self, data, name):
        self.data, self.met = data, collections.Counter()
        self.envelope()
        require(not name.isdigit() or int(name) == self.number,
                f"file has the number {self.number}, not that of its name,", 24)
        self.directory()
        check_crc(data[:-FOOTER_BYTES], self.body_crc, "header and body", 0)

    def part(self, offset, length, what, crc=None):
        start = offset - self.shift
        require(HEADER_BYTES <= start and start + length <= self.body_end,
                f"{what} of {length} bytes does not lie in the file", offset)
        data = self.data[start:start + length]
        if crc is not None:
            check_crc(data, crc, what, offset)
        return Part(data, what, offset)

    def envelope(self):
        data, end = self.data, len(self.data) - FOOTER_BYTES
        require(end >= HEADER_BYTES, "file is cut: no place for header and footer", len(data))
        magic, version, reader_min, store, self.number, zero, crc = struct.unpack(
            "<4sHH16sQ28sI", data[:HEADER_BYTES])
        require(magic in (b"TSEG", b"TIDX"), f"magic {magic!r} is no segment's", 0)
        check_crc(data[:60], crc, "the header", 0)
        require(version >= FORMAT_VERSION, f"format {version} is not read any more", 4)
        require(reader_min <= FORMAT_VERSION,
                f"format {version} needs a reader of version {reader_min}", 4)
        require(zero == bytes(28), "reserved bytes of the header are not zero", 32)
        high, low = struct.unpack("<QQ", store)
        self.store = str(uuid.UUID(int=high << 64 | low))
        magic_end, zero, length, index_offset, self.body_crc, crc = struct.unpack(
            "<4sIQQII", data[end:])
        require(magic_end == b"TEND", "file is cut: no footer", end)
        check_crc(data[end:-4], crc, "the footer", end)
        require(zero == 0, "reserved bytes of the footer are not zero", end + 4)
        require(length == end, f"footer tells {length} bytes before it", end + 8)
        self.has_blocks = magic == b"TSEG"
        self.index_offset, self.body_end = index_offset, end
        self.shift = 0 if self.has_blocks else index_offset - HEADER_BYTES

    def directory(self):
        end = self.body_end + self.shift
        length, crc = self.part(end - 8, 8, "length of the directory").fields("II")
        start = end - 8 - length
        part = self.part(start, length, "the directory", crc)
        origin, zero, _companion = part.fields("IIQ")
        require(origin <= 2 and zero == 0, f"origin {origin}, reserved {zero}", start)
        frames_offset, frames_length, frames_crc = part.fields("QII")
        tags = bitmap(part.take(part.u32()), start + 36)
        self.chunks = [Chunk(part) for _ in range(part.u32())]
        part.done()
        require(sorted({chunk.tag for chunk in self.chunks}) == tags,
                "bitmap has other tags than the directory", start)
        order = [chunk.tag for chunk in self.chunks]
        require(order == sorted(order), "chunks do not ascend by tag", start)
        self.frames_part = self.part(frames_offset, frames_length, "the list of frames", frames_crc)
        offset, block_offset = self.index_offset, HEADER_BYTES
        for chunk in self.chunks:
            require(chunk.places_offset == offset, f"index of {chunk.name} lies elsewhere", offset)
            require(chunk.first_block == block_offset,
                    f"first block of {chunk.name} lies elsewhere", block_offset)
            offset, block_offset = self.index(chunk)
        require(block_offset == self.index_offset, "blocks do not end at the indexes", block_offset)
        require(frames_offset == offset, "list of frames lies elsewhere", offset)
        require(frames_offset + frames_length == start, "directory lies elsewhere", start)

    def index(self, chunk):
        """Reads places and statistics of a chunk; the ends of its index and of its blocks."""
        part = self.part(chunk.places_offset, chunk.places_length, f"places of {chunk.name}",
                         chunk.places_crc)
        statistics_crc, statistics_length = part.u32(), part.varint()
        chunk.blocks, block_offset = [], chunk.first_block
        for size in groups(chunk.size):
            columns = [integers(part, size, self.met) for _ in range(8)]
            for length, crc, flags, rows, first, last, smallest, more in zip(*columns):
                part.require(length > 0 and -1 << 31 <= crc < 1 << 31, "place of a block")
                crc &= 0xFFFFFFFF
                part.require(0 <= flags < 4 and 1 <= rows <= GROUP, "flags or rows of a block")
                first = signed(chunk.first_time + first)
                smallest = chunk.order_min + smallest & U64
                chunk.blocks.append(Block(block_offset, length, crc, flags, rows, first,
                                          signed(first + last), smallest, smallest + more & U64))
                if self.has_blocks:
                    self.part(block_offset, length, f"a block of {chunk.name}", crc)
                block_offset += length
        part.done()
        part.require(sum(block.rows for block in chunk.blocks) == chunk.rows,
                     "blocks have another number of rows than the directory tells")
        offset = chunk.places_offset + chunk.places_length
        if not self.has_blocks or statistics_length == 0:
            part.require(statistics_length > 0 or statistics_crc == 0, "CRC of no statistics")
            return offset, block_offset
        part = self.part(offset, statistics_length, f"statistics of {chunk.name}", statistics_crc)
        for level in reversed(range(len(chunk.levels))):
            spans = chunk.spans(level)
            chunk.levels[level] = [node for start in range(0, len(spans), GROUP)
                                   for node in self.nodes(part, chunk, spans[start:start + GROUP])]
        part.done()
        return offset + statistics_length, block_offset

    def nodes(self, part, chunk, spans):
        """A group of nodes, each with its fields by name as they are printed."""
        size, found = len(spans), []
        columns = [integers(part, size, self.met) for _ in COUNTS]
        for (rows, first, last), stored in zip(spans, zip(*columns)):
            (good, uncertain, others, unusable, first_usable, last_usable, minimum, maximum,
             not_good, held, gap, decreases) = stored
            fields = (good, uncertain, rows - good - uncertain - others, good - unusable,
                      first_usable, last_usable, first + minimum, first + maximum,
                      last - first - not_good, held, gap, decreases)
            node = {"rows": str(rows), "first time": str(first), "last time": str(last)}
            node.update((name, str(signed(field))) for name, field in zip(COUNTS, fields))
            found.append(node)
        if chunk.type in ("bool", "digital"):
            kept = DOUBLES if chunk.type == "bool" else DOUBLES[:2]
        else:
            kept = DOUBLES if chunk.type != "string" else []
        for name in kept:
            for node, bits in zip(found, doubles(part, size, self.met)):
                node[name] = f"{bits:016x}"
        if kept == DOUBLES:
            self.moments(part, found)
        if chunk.type in ("bool", "digital"):
            self.node_states(part, found)
        return found

    def moments(self, part, nodes):
        """Second moments over time, as differences from what else is known, and the rises."""
        size = len(nodes)
        columns = [integers(part, size, self.met) for _ in range(2)]
        for node, stepped, sloped, rises in zip(nodes, *columns, doubles(part, size, self.met)):
            usable = int(node["usable"])
            squares = double_of_bits(int(node["squares"], 16))
            expected = squares * (float(int(node["good time"])) / usable) if usable else 0.0
            stepped = comparable(expected) + stepped & U64
            sloped = comparable(double_of_bits(stepped)) + sloped & U64
            node["stepped squares"], node["sloped squares"] = f"{stepped:016x}", f"{sloped:016x}"
            node["rises"] = f"{rises:016x}"

    def node_states(self, part, nodes):
        sizes = integers(part, len(nodes), self.met)
        part.require(all(-1 <= size <= STATES_MAX for size in sizes), "number of states")
        total = sum(max(size, 0) for size in sizes)
        columns = [[field for size in groups(total) for field in integers(part, size, self.met)]
                   for _ in range(3)]
        rows = zip(*columns)
        for node, size in zip(nodes, sizes):
            node["states"] = None if size < 0 else [
                [str(field) for field in next(rows)] for _ in range(size)]

    def statistics(self):
        """Places of the blocks of each chunk, then its nodes from the highest level down."""
        for chunk in self.chunks:
            for number, block in enumerate(chunk.blocks):
                yield {"tag": chunk.tag, "type": chunk.type, "block": number,
                       "offset": str(block.offset), "length": block.length,
                       "crc": f"{block.crc:08x}", "flags": block.flags, "rows": str(block.rows),
                       "first time": str(block.first), "last time": str(block.last),
                       "smallest order": str(block.smallest), "greatest order": str(block.greatest)}
            for level in reversed(range(len(chunk.levels))):
                for number, node in enumerate(chunk.levels[level] or ()):
                    yield dict(tag=chunk.tag, type=chunk.type, level=level, node=number, **node)

    def frames(self):
        part = Part(self.frames_part.data, self.frames_part.what, self.frames_part.where)
        for size in groups(part.u32()):
            columns = [integers(part, size, self.met) for _ in range(3)]
            for sequence, time, producer in zip(*columns):
                yield {"sequence": str(sequence & U64), "transaction time": str(time),
                       "producer": str(producer & U64)}
        part.done()

    def rows(self):
        require(self.has_blocks, "the copy of an index has no rows", 0)
        for chunk in self.chunks:
            for block in chunk.blocks:
                yield from self.block(chunk, block)

    def block(self, chunk, block):
        part, count = self.part(block.offset, block.length, f"a block of {chunk.name}"), block.rows
        times = self.time_or_order(part, count, "time")
        state = states(part, count, self.met)
        orders = self.time_or_order(part, count, "order")
        if chunk.type in ("float64", "float32"):
            values = [f"{bits:016x}" for bits in doubles(part, count, self.met)]
        elif chunk.type == "string":
            values = texts(part, count, self.met)
        else:
            values = [str(value) for value in integers(part, count, self.met)]
        part.done()
        for time, (status, flags), order, value in zip(times, state, orders, values):
            yield {"tag": chunk.tag, "type": chunk.type, "time": str(signed(block.first + time)),
                   "value": value if flags & 1 else None, "status": status, "flags": flags,
                   "order": str(block.smallest + order & U64)}

    def time_or_order(self, part, rows, what):
        if part.data[part.position:part.position + 1] != b"\xff":
            return integers(part, rows, self.met)
        self.met[f"shared {what}"] += 1
        part.u8()
        distance, length, crc = part.varint(), part.varint(), part.u32()
        part.require(0 < distance <= part.where, "shared column before the file")
        shared = self.part(part.where - distance, length, f"{what} shared with {part.what}", crc)
        found = integers(shared, rows, self.met)
        shared.done()
        return found


def groups(count):
    """The sizes of groups of up to 1 024."""
    while count > 0:
        yield min(count, GROUP)
        count -= GROUP


def codecs(segment):
    """How often each codec and form was met so far; reads what was not read yet."""
    if not any(name.startswith("state") for name in segment.met):
        for lines in (segment.frames(), segment.rows() if segment.has_blocks else ()):
            collections.deque(lines, 0)
    for name in sorted(segment.met):
        yield {"codec": name, "count": segment.met[name]}


def main(arguments):
    modes = {"--rows": Segment.rows, "--statistics": Segment.statistics,
             "--frames": Segment.frames, "--codecs": codecs}
    options = [argument for argument in arguments if argument.startswith("--")]
    files = [argument for argument in arguments if not argument.startswith("--")]
    if len(files) != 1 or not set(options) <= set(modes):
        sys.exit(__doc__)
    try:
        with open(files[0], "rb") as file:
            segment = Segment(file.read(), os.path.basename(files[0]).split(".")[0])
        for option in options or ["--rows"]:
            for line in modes[option](segment):
                sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    except (Damage, zstd_decode.ZstdError, OSError, UnicodeDecodeError) as problem:
        sys.exit(f"{files[0]}: {problem}")


if __name__ == "__main__":
    main(sys.argv[1:])
