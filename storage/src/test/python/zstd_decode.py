"""Zstandard frames in pure Python (RFC 8878), without dictionaries.

Slow and small: for reading files where no library is at hand. Every length is checked.
"""

MAGIC = 0xFD2FB528
BLOCK_BYTES_MAX = 128 * 1024
U64 = (1 << 64) - 1

# Codes of lengths: the smallest value and the number of extra bits.
LITERAL_LENGTHS = [(n, 0) for n in range(16)] + [
    (16, 1), (18, 1), (20, 1), (22, 1), (24, 2), (28, 2), (32, 3), (40, 3), (48, 4), (64, 6),
    (128, 7), (256, 8), (512, 9), (1024, 10), (2048, 11), (4096, 12), (8192, 13), (16384, 14),
    (32768, 15), (65536, 16)]
MATCH_LENGTHS = [(n + 3, 0) for n in range(32)] + [
    (35, 1), (37, 1), (39, 1), (41, 1), (43, 2), (47, 2), (51, 3), (59, 3), (67, 4), (83, 4),
    (99, 5), (131, 7), (259, 8), (515, 9), (1027, 10), (2051, 11), (4099, 12), (8195, 13),
    (16387, 14), (32771, 15), (65539, 16)]
OFFSETS = [(1 << n, n) for n in range(32)]

# Section 3.1.1.3.2.2: distributions that need no table in the frame, with their accuracies.
LITERAL_LENGTHS_DEFAULT = (6, [4, 3] + [2] * 11 + [1] * 3 + [2] * 9 + [3, 2] + [1] * 5 + [-1] * 4)
MATCH_LENGTHS_DEFAULT = (6, [1, 4, 3] + [2] * 6 + [1] * 37 + [-1] * 7)
OFFSETS_DEFAULT = (5, [1] * 6 + [2] * 3 + [1] * 15 + [-1] * 5)

# Kinds of codes in the order of their tables: values, default, greatest accuracy.
KINDS = ((LITERAL_LENGTHS, LITERAL_LENGTHS_DEFAULT, 9), (OFFSETS, OFFSETS_DEFAULT, 8),
         (MATCH_LENGTHS, MATCH_LENGTHS_DEFAULT, 9))


class ZstdError(Exception):
    """The bytes are not a zstd frame that this decoder knows."""


def require(holds, message):
    if not holds:
        raise ZstdError(message)


class Bytes:
    """Bytes read forwards."""

    def __init__(self, data):
        self.data, self.position = data, 0

    def take(self, count):
        require(self.position + count <= len(self.data), "frame ends early")
        self.position += count
        return self.data[self.position - count:self.position]

    def number(self, count):
        return int.from_bytes(self.take(count), "little")

    def rest(self):
        return self.take(len(self.data) - self.position)


class BackwardBits:
    """A string of bits read from its end, which the highest set bit of the last byte marks."""

    def __init__(self, data):
        require(len(data) > 0 and data[-1] > 0, "string of bits has no end mark")
        self.data = data
        self.left = 8 * len(data) - 9 + data[-1].bit_length()

    def peek(self, count):
        """The next bits; those before the beginning are zero."""
        start = self.left - count
        if start < 0:
            known = int.from_bytes(self.data[:8], "little") & ((1 << max(self.left, 0)) - 1)
            return known << -start
        window = int.from_bytes(self.data[start >> 3:(start + count + 7) >> 3], "little")
        return (window >> (start & 7)) & ((1 << count) - 1)

    def read(self, count):
        bits = self.peek(count)
        self.left -= count
        return bits


class FseTable:
    """States of a finite state entropy code: symbol, bits to read, base of the next state."""

    def __init__(self, accuracy, distribution):
        size = 1 << accuracy
        self.accuracy, self.states = accuracy, []
        symbols, high = [0] * size, size
        for symbol, probability in enumerate(distribution):
            if probability == -1:
                high -= 1
                symbols[high] = symbol
        step, position = (size >> 1) + (size >> 3) + 3, 0
        for symbol, probability in enumerate(distribution):
            for _ in range(max(probability, 0)):
                symbols[position] = symbol
                position = (position + step) % size
                while position >= high:
                    position = (position + step) % size
        require(position == 0, "distribution does not fill its table")
        following = [abs(probability) for probability in distribution]
        for symbol in symbols:
            count = accuracy + 1 - following[symbol].bit_length()
            self.states.append((symbol, count, (following[symbol] << count) - size))
            following[symbol] += 1

    @staticmethod
    def constant(symbol):
        table = FseTable.__new__(FseTable)
        table.accuracy, table.states = 0, [(symbol, 0, 0)]
        return table

    @staticmethod
    def read(source, accuracy_max, symbols_max):
        """Reads the distribution that a table is made of (section 4.1.1)."""
        bits = int.from_bytes(source.data[source.position:source.position + 512], "little")
        accuracy = (bits & 15) + 5
        require(accuracy <= accuracy_max, "accuracy of a table is too great")
        used, remaining, distribution = 4, 1 << accuracy, []
        while remaining > 0:
            width = (remaining + 1).bit_length()
            value = (bits >> used) & ((1 << width) - 1)
            short = value & ((1 << (width - 1)) - 1)
            spare = (1 << width) - 2 - remaining
            if short < spare:
                value, used = short, used + width - 1
            else:
                value, used = value - (spare if value >= 1 << (width - 1) else 0), used + width
            distribution.append(value - 1)
            remaining -= abs(value - 1)
            repeat = 3 if value == 1 else 0
            while repeat == 3:
                repeat, used = (bits >> used) & 3, used + 2
                distribution.extend([0] * repeat)
            require(len(distribution) <= symbols_max, "distribution has too many symbols")
        require(remaining == 0, "distribution adds up to too much")
        source.take((used + 7) // 8)
        return FseTable(accuracy, distribution)


class Huffman:
    """A prefix code for literals, as a table of all strings of the greatest length."""

    def __init__(self, weights):
        total = sum(1 << (weight - 1) for weight in weights if weight > 0)
        require(total > 0, "prefix code is empty")
        self.bits_max = total.bit_length()
        missing = (1 << self.bits_max) - total
        require(self.bits_max <= 11 and missing & (missing - 1) == 0, "prefix code is not complete")
        weights = weights + [missing.bit_length()]
        self.table = []
        for weight in range(1, self.bits_max + 1):
            for symbol, of_symbol in enumerate(weights):
                if of_symbol == weight:
                    entry = (symbol, self.bits_max + 1 - weight)
                    self.table.extend([entry] * (1 << (weight - 1)))
        require(len(self.table) == 1 << self.bits_max, "prefix code is not complete")

    @staticmethod
    def read(source):
        header = source.number(1)
        if header >= 128:
            count = header - 127
            packed = source.take((count + 1) // 2)
            return Huffman([packed[i // 2] >> 4 * (1 - i % 2) & 15 for i in range(count)])
        description = Bytes(source.take(header))
        table = FseTable.read(description, 6, 256)
        bits, weights = BackwardBits(description.rest()), []
        states = [bits.read(table.accuracy), bits.read(table.accuracy)]
        while bits.left >= 0:
            symbol, count, base = table.states[states[0]]
            weights.append(symbol)
            states = [states[1], base + bits.read(count)]
            require(len(weights) < 255, "prefix code has too many symbols")
        weights.append(table.states[states[0]][0])
        require(max(weights) <= 11, "prefix code is too long")
        return Huffman(weights)

    def decode(self, data, count):
        bits, table, width, out = BackwardBits(data), self.table, self.bits_max, bytearray()
        for _ in range(count):
            symbol, length = table[bits.peek(width)]
            bits.left -= length
            out.append(symbol)
        require(bits.left == 0, "stream of literals has another length")
        return out


class Frame:
    """What blocks of a frame hand on: output, prefix code, tables of codes, recent offsets."""

    def __init__(self, bytes_max):
        self.out, self.bytes_max = bytearray(), bytes_max
        self.huffman, self.tables, self.recent = None, [None] * 3, [1, 4, 8]

    def add(self, data):
        require(len(self.out) + len(data) <= self.bytes_max, "frame holds more than expected")
        self.out += data

    def compressed(self, data):
        source = Bytes(data)
        literals = self.literals(source)
        count = source.number(1)
        if count == 255:
            count = source.number(2) + 0x7F00
        elif count >= 128:
            count = ((count - 128) << 8) + source.number(1)
        if count == 0:
            require(source.rest() == b"", "bytes follow an empty list of sequences")
            self.add(literals)
            return
        modes = source.number(1)
        require(modes & 3 == 0, "reserved bits are set")
        for kind, (values, default, accuracy_max) in enumerate(KINDS):
            mode = (modes >> (6 - 2 * kind)) & 3
            if mode == 0:
                self.tables[kind] = FseTable(*default)
            elif mode == 1:
                self.tables[kind] = FseTable.constant(source.number(1))
            elif mode == 2:
                self.tables[kind] = FseTable.read(source, accuracy_max, len(values))
            require(self.tables[kind] is not None, "no table of codes to repeat")
        self.sequences(BackwardBits(source.rest()), count, literals)

    def literals(self, source):
        first = source.number(1)
        kind, size_format = first & 3, (first >> 2) & 3
        source.position -= 1
        if kind < 2:
            if size_format in (0, 2):
                size = source.number(1) >> 3
            else:
                size = source.number(2 if size_format == 1 else 3) >> 4
            require(size <= BLOCK_BYTES_MAX, "too many literals")
            return source.take(size) if kind == 0 else source.take(1) * size
        width = (10, 10, 14, 18)[size_format]
        header = source.number((3, 3, 4, 5)[size_format])
        size = (header >> 4) & ((1 << width) - 1)
        require(size <= BLOCK_BYTES_MAX, "too many literals")
        streams = Bytes(source.take(header >> (4 + width)))
        if kind == 2:
            self.huffman = Huffman.read(streams)
        require(self.huffman is not None, "no prefix code to repeat")
        if size_format == 0:
            return self.huffman.decode(streams.rest(), size)
        lengths, quarter = [streams.number(2) for _ in range(3)], (size + 3) // 4
        require(3 * quarter <= size, "too few literals for four streams")
        out = bytearray()
        for length in lengths:
            out += self.huffman.decode(streams.take(length), quarter)
        return out + self.huffman.decode(streams.rest(), size - 3 * quarter)

    def sequences(self, bits, count, literals):
        tables, used = [table.states for table in self.tables], 0
        states = [bits.read(table.accuracy) for table in self.tables]
        for number in range(count):
            codes = [table[state] for table, state in zip(tables, states)]
            for code, (values, _, _) in zip(codes, KINDS):
                require(code[0] < len(values), "unknown code of a length or offset")
            offset = self.extra(bits, OFFSETS, codes[1])
            match_length = self.extra(bits, MATCH_LENGTHS, codes[2])
            literal_length = self.extra(bits, LITERAL_LENGTHS, codes[0])
            if number + 1 < count:
                for kind in (0, 2, 1):
                    states[kind] = codes[kind][2] + bits.read(codes[kind][1])
            require(bits.left >= 0, "sequences end early")
            require(used + literal_length <= len(literals), "sequences use too many literals")
            self.add(literals[used:used + literal_length])
            used += literal_length
            self.copy(self.offset(offset, literal_length), match_length)
        require(bits.left == 0, "bits follow the sequences")
        self.add(literals[used:])

    @staticmethod
    def extra(bits, values, code):
        base, count = values[code[0]]
        return base + bits.read(count)

    def offset(self, value, literal_length):
        """Resolves the three recent offsets (section 3.1.1.5)."""
        recent = self.recent
        if value > 3:
            self.recent = [value - 3, recent[0], recent[1]]
            return value - 3
        index = value - 1 + (literal_length == 0)
        offset = recent[index] if index < 3 else recent[0] - 1
        if index > 0:
            self.recent = [offset, recent[0], recent[1] if index > 1 else recent[2]]
        return offset

    def copy(self, offset, length):
        require(0 < offset <= len(self.out), "offset lies before the frame")
        while length > 0:  # a copy may overlap what it writes
            part = self.out[len(self.out) - offset:len(self.out) - offset + length]
            self.add(part)
            length -= len(part)


def decode(data, bytes_max):
    """The content of the single frame in data, which may be of up to bytes_max bytes."""
    source = Bytes(bytes(data))
    require(source.number(4) == MAGIC, "no zstd frame")
    descriptor = source.number(1)
    single, checksum = descriptor & 32, descriptor & 4
    require(descriptor & 8 == 0, "reserved bit is set")
    if not single:
        source.number(1)  # the window: all of the output is at hand
    require(source.number((0, 1, 2, 4)[descriptor & 3]) == 0, "frame needs a dictionary")
    size_bytes = (1 if single else 0, 2, 4, 8)[descriptor >> 6]
    size = source.number(size_bytes) + (256 if size_bytes == 2 else 0) if size_bytes else None
    frame, last = Frame(bytes_max), False
    while not last:
        header = source.number(3)
        last, kind, length = header & 1, (header >> 1) & 3, header >> 3
        require(kind < 3 and length <= BLOCK_BYTES_MAX, "unknown or too long block")
        if kind == 0:
            frame.add(source.take(length))
        elif kind == 1:
            frame.add(source.take(1) * length)
        else:
            frame.compressed(source.take(length))
    if checksum:
        require(source.number(4) == xxh64(frame.out) & 0xFFFFFFFF, "checksum of the frame differs")
    require(source.rest() == b"", "bytes follow the frame")
    require(size is None or size == len(frame.out), "frame has another length than it says")
    return bytes(frame.out)


def xxh64(data):
    """XXH64 with seed 0, the checksum of a frame's content."""
    p1, p2, p3, p4, p5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                          0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)

    def rotate(x, count):
        return (x << count | x >> (64 - count)) & U64

    def mix(lane, word):
        return rotate((lane + word * p2) & U64, 31) * p1 & U64

    source = Bytes(bytes(data))
    if len(data) >= 32:
        lanes = [(p1 + p2) & U64, p2, 0, -p1 & U64]
        while len(data) - source.position >= 32:
            lanes = [mix(lane, source.number(8)) for lane in lanes]
        value = sum(rotate(lane, count) for lane, count in zip(lanes, (1, 7, 12, 18))) & U64
        for lane in lanes:
            value = ((value ^ mix(0, lane)) * p1 + p4) & U64
    else:
        value = p5
    value = (value + len(data)) & U64
    while len(data) - source.position >= 8:
        value = (rotate(value ^ mix(0, source.number(8)), 27) * p1 + p4) & U64
    if len(data) - source.position >= 4:
        value = (rotate(value ^ source.number(4) * p1 & U64, 23) * p2 + p3) & U64
    for byte in source.rest():
        value = rotate(value ^ byte * p5 & U64, 11) * p1 & U64
    for shift, prime in ((33, p2), (29, p3), (32, 1)):
        value = (value ^ value >> shift) * prime & U64
    return value
