"""What is done to a file without knowing what it means: to its bytes, its lines and its words."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

MOST_BYTES = 1_000_000  # a mutant is no larger: of such a file a check takes seconds at most

# What stands in files by slip, by export from another program, or by malice.
NASTY = (
    "", " ", "~", "null", "nan", "NaN", "inf", "-inf", "1e308", "-1e308", "1e-320", "1e999", "-0", "0", "-1", "0.5",
    "9" * 30, "9" * 400, "9" * 5000, "0x10", "0o17", "1_000", "1,5", "50 %", "1e", "٢٠٢١", "２０２１", "1٠", "2021",
    "2022-13", "2022-00", "0000-01", "9999-12", "3202-01", "2023-02-30", "2022-05-01T00:00:00Z", "true", "False", "all",
    "*", "*a", "&a b", "<<", "!!python/object/apply:os.system [id]", "!!int x", "!!binary =", "- -", "? x", "| ", "> ",
    "[", "]", "{", "}", "{}", "[]", '"', "'", "#", "%", "@", "`", ": ", "---", "...", "\t", "\n", "\r", "\x00", "\x07",
    "\x1b[31m", "\x7f", "\x85", "\xa0", "\u2028", "\u202e", "\ufeff", "\U0001f600", "é", "ß", "İ", "ﬁ", "--help",
    "../../etc/passwd", "/dev/null", ".", "..", "~root", "$(id)", "${HOME}", "{0}", "{name}", "%s", "a" * 3000,
    "a\\b", "C:\\x", "DROP TABLE", "=1+1", "os:system", "__class__", "None", "id", "self",
)  # fmt: skip
_TOKEN = re.compile(rb"[^\s,;:\[\]{}\"']+")

Mutation = Callable[[bytes, random.Random], bytes]


def _place(data: bytes, rng: random.Random) -> int:
    return rng.randrange(len(data) + 1)


def flip_bytes(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if found:
            found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: _place(data, rng)]


def cut_out(data: bytes, rng: random.Random) -> bytes:
    start = _place(data, rng)
    return data[:start] + data[start + rng.choice((1, 4, 40, 400)) :]


def repeat_part(data: bytes, rng: random.Random) -> bytes:
    start = _place(data, rng)
    part = data[start : start + rng.choice((1, 4, 40, 400))]
    return data[:start] + part * rng.choice((2, 3, 50)) + data[start:]


def put_in(data: bytes, rng: random.Random) -> bytes:
    start = _place(data, rng)
    return data[:start] + rng.choice(NASTY).encode() + data[start:]


def replace_words(data: bytes, rng: random.Random) -> bytes:
    found = data
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        words = list(_TOKEN.finditer(found))
        if words:
            word = rng.choice(words)
            found = found[: word.start()] + rng.choice(NASTY).encode() + found[word.end() :]
    return found


def move_words(data: bytes, rng: random.Random) -> bytes:
    """Words in each other's place."""
    words = list(_TOKEN.finditer(data))
    if len(words) < 2:
        return data
    one, other = sorted(rng.sample(range(len(words)), 2))
    a, b = words[one], words[other]
    return data[: a.start()] + b[0] + data[a.end() : b.start()] + a[0] + data[b.end() :]


def _on_lines(work: Callable[[list[bytes], random.Random], list[bytes]]) -> Mutation:
    def mutation(data: bytes, rng: random.Random) -> bytes:
        lines = data.splitlines(keepends=True)
        return b"".join(work(lines, rng)) if lines else data

    mutation.__name__ = work.__name__.removeprefix("_")
    return mutation


def _swap_lines(lines: list[bytes], rng: random.Random) -> list[bytes]:
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _double_lines(lines: list[bytes], rng: random.Random) -> list[bytes]:
    start = rng.randrange(len(lines))
    some = lines[start : start + rng.choice((1, 1, 2, 8))]
    return lines[:start] + some * 2 + lines[start + len(some) :]


def _drop_lines(lines: list[bytes], rng: random.Random) -> list[bytes]:
    start = rng.randrange(len(lines))
    return lines[:start] + lines[start + rng.choice((1, 1, 2, 8)) :]


def _indent_line(lines: list[bytes], rng: random.Random) -> list[bytes]:
    at = rng.randrange(len(lines))
    lines[at] = rng.choice((b" ", b"  ", b"\t", b"- ", b"# ")) + lines[at]
    return lines


def _shuffle_lines(lines: list[bytes], rng: random.Random) -> list[bytes]:
    rng.shuffle(lines)
    return lines


def _multiply_lines(lines: list[bytes], rng: random.Random) -> list[bytes]:
    """A block of lines thousands of times over: faults, rows or clauses without end."""
    start = rng.randrange(len(lines))
    some = lines[start : start + rng.choice((1, 2, 9, 30))]
    size = max(1, sum(map(len, some)))
    most = max(1, (MOST_BYTES - sum(map(len, lines))) // size)
    return lines[:start] + some * min(most, rng.choice((20, 500, 5_000, 50_000))) + lines[start:]


def recode(data: bytes, rng: random.Random) -> bytes:
    """Another encoding, another end of line, a mark at the start."""
    text = data.decode("utf-8", "replace")
    odd = text[: len(text) // 2] + "é" + text[len(text) // 2 :]
    return rng.choice(
        (b"\xef\xbb\xbf" + data, odd.encode("latin-1", "replace"), text.encode("utf-16"), text.encode("utf-16-be"),
         odd.encode("cp1252", "replace"), data.replace(b"\n", b"\r\n"), data.replace(b"\n", b"\r"),
         data.replace(b"\n", b"\x85"), data.replace(b",", b";"), data.replace(b",", b"\t"), data.replace(b" ", b"\xa0"))
    )  # fmt: skip


def replace_all(data: bytes, rng: random.Random) -> bytes:
    """Something else altogether, and of the kind that readers choke on."""
    deep = rng.choice((30, 300, 5_000, 100_000))
    anchors = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, rng.choice((4, 7, 10, 40)))
    )
    return rng.choice(
        (b"", b"\n", b" " * 5000, b"\x00" * 100, rng.randbytes(400), b"[" * deep, b"{" * deep,
         b"[" * deep + b"]" * deep,
         b'{"a":' * deep + b"1" + b"}" * deep, b"a: " * min(deep, 3000), b"- " * deep, b"? " * deep,
         anchors.encode(), anchors.encode() + data, b"&a [*a]", b"&a {a: *a}", b"<<: *x", b"null", b"[]", b"{}", b'""',
         b"0", b"PAR1", b"PAR1" + data + b"PAR1", b"PK\x03\x04" + data, b"\x1f\x8b" + data, b"%YAML 9.9\n---\n" + data,
         b"--- a\n--- b\n", b"<!DOCTYPE html><html><body>429 Too Many Requests</body></html>", b'"' + data,
         b",".join([b"a"] * 20_000), b"a," * 200_000, b'"' + b"x" * 300_000 + b'"\n')
    )  # fmt: skip


PLAIN: tuple[Mutation, ...] = (
    flip_bytes, truncate, cut_out, repeat_part, put_in, put_in, replace_words, replace_words, replace_words, move_words,
    recode, replace_all,
    *map(_on_lines, (_swap_lines, _double_lines, _drop_lines, _indent_line, _shuffle_lines, _multiply_lines)),
)  # fmt: skip
