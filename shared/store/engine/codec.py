"""DynamoDB's typed values for the hot loops, where PynamoDB's attributes cost three times as much.

Numbers are whole numbers, sets are of whole numbers or of text; that is all the hot items hold.
"""

from collections.abc import Mapping
from typing import cast

from shared.clock import EpochMs

Value = None | bool | int | str | bytes | frozenset[int] | frozenset[str] | list["Value"] | dict[str, "Value"]
Wire = dict[str, object]
Item = dict[str, Value]


def encode(value: Value) -> Wire:
    """Raises ValueError for an empty set: DynamoDB has none."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, list):
        return {"L": [encode(v) for v in value]}
    if isinstance(value, dict):
        return {"M": {k: encode(v) for k, v in value.items()}}
    return _encode_set(value)


def _encode_set(value: frozenset[int] | frozenset[str]) -> Wire:
    if not value:
        raise ValueError("DynamoDB has no empty set; leave the attribute out")
    if all(isinstance(v, int) for v in value):
        return {"NS": [str(v) for v in sorted(cast("frozenset[int]", value))]}
    return {"SS": sorted(cast("frozenset[str]", value))}


def decode(wire: Mapping[str, object]) -> Value:
    ((kind, raw),) = wire.items()
    match kind:
        case "S" | "BOOL" | "B":
            return cast("Value", raw)
        case "N":
            return int(cast("str", raw))
        case "NS":
            return frozenset(map(int, cast("list[str]", raw)))
        case "SS":
            return frozenset(cast("list[str]", raw))
        case "L":
            return [decode(v) for v in cast("list[Mapping[str, object]]", raw)]
        case "M":
            return {k: decode(v) for k, v in cast("dict[str, Mapping[str, object]]", raw).items()}
        case _:
            return None


def encode_item(item: Mapping[str, Value]) -> dict[str, Wire]:
    return {name: encode(value) for name, value in item.items()}


def decode_item(item: Mapping[str, Mapping[str, object]]) -> Item:
    # Most values are text; the rest is asked for only then.
    return {name: cast("str", v["S"]) if "S" in v else decode(v) for name, v in item.items()}


def text(item: Mapping[str, Value], name: str, default: str = "") -> str:
    value = item.get(name)
    return value if isinstance(value, str) else default


def number(item: Mapping[str, Value], name: str, default: int = 0) -> int:
    value = item.get(name)
    return value if isinstance(value, int) else default


def moment(item: Mapping[str, Value], name: str) -> EpochMs:
    return EpochMs(number(item, name))


def maybe_moment(item: Mapping[str, Value], name: str) -> EpochMs | None:
    value = item.get(name)
    return EpochMs(value) if isinstance(value, int) else None


def numbers(item: Mapping[str, Value], name: str) -> frozenset[int]:
    value = item.get(name)
    return cast("frozenset[int]", value) if isinstance(value, frozenset) else frozenset()


def words(item: Mapping[str, Value], name: str) -> frozenset[str]:
    value = item.get(name)
    return cast("frozenset[str]", value) if isinstance(value, frozenset) else frozenset()
