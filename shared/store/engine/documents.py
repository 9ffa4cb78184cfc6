"""Dataclasses as documents of the Directory and back."""

from typing import TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


_ADAPTERS: dict[type[object], TypeAdapter[object]] = {}


def _adapter(kind: type[object]) -> TypeAdapter[object]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_document(value: object) -> str:
    return _adapter(type(value)).dump_json(value).decode()


def from_document(kind: type[T], document: str) -> T:
    return cast("T", _adapter(kind).validate_json(document))
