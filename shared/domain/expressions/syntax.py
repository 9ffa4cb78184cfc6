"""What a text says, before it is known whether it means anything: CEL's syntax tree with the place of each part.

Read from the form in which CEL's own libraries hand it on, `cel.expr.ParsedExpr`: the field numbers are those of
cel-spec, proto/cel/expr/syntax.proto. Protocol buffers' own library would be 40 times this much code for one
message that is only read (encoding: protobuf.dev, Encoding).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_SIGN = 1 << 63


@dataclass(frozen=True, slots=True)
class Const:
    """A literal; `value` is None for null, and for what no condition holds (bytes)."""

    offset: int
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    offset: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`; `has` for `has(operand.field)`."""

    offset: int
    operand: "Expr"
    field: str
    has: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """`target.function(args)`, without a target `function(args)`. Operators have names such as `_&&_`."""

    offset: int
    function: str
    args: tuple["Expr", ...]
    target: "Expr | None" = None


@dataclass(frozen=True, slots=True)
class Items:
    """`[a, b]`."""

    offset: int
    items: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Other:
    """What CEL has and no condition is made of: maps, messages, and the loops that macros such as `exists` become."""

    offset: int


Expr: TypeAlias = Const | Name | Select | Call | Items | Other
"""`offset` is where it stands: code points from the beginning of the text. Of an operator, that of its sign."""


def start_of(expr: Expr) -> int:
    """Where the whole of it begins. Of a function that is called CEL tells where its parenthesis opens."""
    match expr:
        case Select(offset, has=True):
            return offset - len("has")
        case Select(offset, operand):
            return min(offset, start_of(operand))
        case Call(offset, function, _, None) if function.isidentifier():
            return offset - len(function)
        case Call(offset, _, args, target):
            return min(offset, *map(start_of, args if target is None else (target, *args)), offset)
        case _:
            return expr.offset


def decode_parsed(message: bytes) -> Expr:
    """The syntax tree in a serialized `google.protobuf.Any` that holds a ParsedExpr. Raises ValueError for others."""
    packed = _Message.of(message)
    if not packed.text(1).endswith("/cel.expr.ParsedExpr"):
        raise ValueError(f"not a parsed expression: {packed.text(1)}")
    parsed = _Message.of(packed.data(2))
    places: dict[int, int] = {}
    for entry in _Message.of(parsed.data(3)).every(4):
        pair = _Message.of(entry)
        places[pair.number(1)] = pair.number(2)
    return _expr(_Message.of(parsed.data(2)), places)


def _expr(message: "_Message", places: dict[int, int]) -> Expr:
    offset = places.get(message.number(2), 0)
    if message.has(3):
        return Const(offset, _constant(_Message.of(message.data(3))))
    if message.has(4):
        return Name(offset, _Message.of(message.data(4)).text(1))
    if message.has(5):
        select = _Message.of(message.data(5))
        return Select(offset, _inner(select.data(1), places), select.text(2), bool(select.number(3)))
    if message.has(6):
        call = _Message.of(message.data(6))
        target = _inner(call.data(1), places) if call.has(1) else None
        return Call(offset, call.text(2), tuple(_inner(arg, places) for arg in call.every(3)), target)
    if message.has(7):
        return Items(offset, tuple(_inner(item, places) for item in _Message.of(message.data(7)).every(1)))
    return Other(offset)


def _inner(message: bytes, places: dict[int, int]) -> Expr:
    return _expr(_Message.of(message), places)


def _constant(message: "_Message") -> str | int | float | bool | None:
    if message.has(2):
        return bool(message.number(2))
    if message.has(3):
        number = message.number(3)
        return number - 2 * _SIGN if number >= _SIGN else number
    if message.has(4):
        return message.number(4)
    if message.has(5):
        return float(struct.unpack("<d", message.data(5))[0])
    return message.text(6) if message.has(6) else None


@dataclass(frozen=True, slots=True)
class _Message:
    """A message's fields by number; the last of a number is the one that counts where there is to be one."""

    fields: dict[int, list[int | bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: bytes) -> "_Message":
        message = cls()
        for number, value in _fields(data):
            message.fields.setdefault(number, []).append(value)
        return message

    def has(self, number: int) -> bool:
        return number in self.fields

    def number(self, number: int) -> int:
        found = self.fields.get(number, [0])[-1]
        return found if isinstance(found, int) else 0

    def data(self, number: int) -> bytes:
        found = self.fields.get(number, [b""])[-1]
        return found if isinstance(found, bytes) else b""

    def text(self, number: int) -> str:
        return self.data(number).decode()

    def every(self, number: int) -> list[bytes]:
        return [value for value in self.fields.get(number, ()) if isinstance(value, bytes)]


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    offset = 0
    while offset < len(data):
        key, offset = _varint(data, offset)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, offset = _varint(data, offset)
            yield number, value
            continue
        if kind == _BYTES:
            length, offset = _varint(data, offset)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            length = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError(f"no wire type: {kind}")
        yield number, data[offset : offset + length]
        offset += length


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset
        shift += 7
