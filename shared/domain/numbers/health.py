"""Whether Meta lets a number send, and what is in the way if not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_STATES = frozenset({"AVAILABLE", "LIMITED", "BLOCKED"})
_MOST_REASONS = 20
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class HealthReason:
    """`entity` is what it is about, in Meta's word (PHONE_NUMBER, WABA, BUSINESS, APP); `words` and `solution` are
    Meta's too, and may be blank."""

    entity: str
    code: str
    words: str
    solution: str


@dataclass(frozen=True, slots=True)
class Health:
    """`can_send` is AVAILABLE, LIMITED or BLOCKED, the worst of all that the number stands on."""

    can_send: str
    reasons: tuple[HealthReason, ...] = ()


def health_from(stated: object) -> Health | None:
    """What `health_status` of a number says (Meta, messaging and calling health status, 2026-06: `can_send_message`,
    `entities` of PHONE_NUMBER, WABA, BUSINESS and APP with `errors` of `error_code`, `error_description`,
    `possible_solution`, and `additional_info`). None when it says nothing that is known."""
    if not isinstance(stated, Mapping):
        return None
    state = str(stated.get("can_send_message", "")).strip().upper()
    if state not in _STATES:
        return None
    reasons = [reason for entity in _objects(stated.get("entities")) for reason in _reasons(entity)]
    return Health(state, tuple(reasons[:_MOST_REASONS]))


def _reasons(entity: Mapping[str, object]) -> Iterator[HealthReason]:
    kind = _text(entity.get("entity_type")).upper()
    for error in _objects(entity.get("errors")):
        yield HealthReason(
            kind,
            _text(error.get("error_code")),
            _text(error.get("error_description")),
            _text(error.get("possible_solution")),
        )
    notes = entity.get("additional_info")
    for note in notes if isinstance(notes, list) else ():
        if isinstance(note, str) and note.strip():
            yield HealthReason(kind, "", _text(note), "")


def _objects(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()[:_LONGEST]
