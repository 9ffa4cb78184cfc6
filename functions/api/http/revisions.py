"""Two people who change one thing: the second is told.

What can be changed shows a `revision`, and a change may name the one that it was decided by. Whether that is the
current one is decided where the change is: inside the conditional write, which decides anew when somebody else wrote
meanwhile. It counts what callers change. What the platform notes beside it (that an endpoint failed) is no reason to
refuse anybody, so it is not the version of the stored document.

A call that is repeated because its answer was lost names a revision that its own first attempt has ended. So what
stands there as it is asked for is no clash, whoever wrote it.

What lies at Meta cannot be written on a condition. A change of it is begun here first, on one, and ended here when Meta
has answered: while it is under way nobody else who names a revision begins another, nor for a minute where no answer
came, because Meta may have taken it.
"""

import json
from collections.abc import Mapping
from dataclasses import Field as DataclassField
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Protocol, TypeVar

from pydantic import Field

from shared.clock import EpochMs
from shared.errors import Conflict

CHANGING_MS = 60_000
"""A call of the API is ended after half a minute: whoever began before that is not at it any more."""

Revision = Annotated[int, Field(description="counts the changes; to be sent with the next one")]
_SEEN = (
    "the one that was seen: 409 `changed_meanwhile`, and nothing is changed, when somebody else has changed it since"
)
Seen = Annotated[int | None, Field(ge=0, description=f"{_SEEN}; without one, nobody is told")]
MustBeSeen = Annotated[int, Field(ge=0, description=_SEEN)]


class Revised(Protocol):
    __dataclass_fields__: ClassVar[dict[str, DataclassField[Any]]]

    @property
    def revision(self) -> int: ...


R = TypeVar("R", bound=Revised)


class RevisedAtMeta(Revised, Protocol):
    """`changing` is the mark of the last change; it has been under way since `changing_at` (epoch ms), 0 for one that
    has arrived."""

    @property
    def changing(self) -> str: ...

    @property
    def changing_at(self) -> EpochMs: ...


M = TypeVar("M", bound=RevisedAtMeta)


def revised(
    found: R, after: R, seen: int | None, *, stands: bool = False, stamps: Mapping[str, object] | None = None
) -> R:
    """`after` as it is to be stored, with the next revision and the `stamps`; `found` where that says the same, or all
    that was asked for `stands` there. Raises Conflict (`changed_meanwhile`) for another revision than `seen`."""
    if after == found or (stands and seen not in (None, found.revision)):
        return found
    check_revision(found.revision, seen)
    return replace(after, revision=found.revision + 1, **(stamps or {}))


def begun_at_meta(found: M, change: object, seen: int | None, now: EpochMs) -> M:
    """`found` with a change (as JSON has it) under way, to be stored before Meta is asked; `found` itself where that
    change was the last to arrive. Raises Conflict (`changed_meanwhile`), also while another change is under way."""
    mark = sha256(json.dumps(change, sort_keys=True).encode()).hexdigest()[:16]
    is_mine = found.changing == mark
    if seen is not None:
        if is_mine and not found.changing_at and found.revision != seen:
            return found
        check_revision(found.revision, seen)
        if found.changing_at > now - CHANGING_MS and not is_mine:
            raise _changed("somebody is changing this at this moment")
    return replace(found, changing=mark, changing_at=now)


def ended_at_meta(found: M, began_at: EpochMs, *, arrived: bool) -> M:
    """`found` after the change that began then; of one that did not arrive nothing is left."""
    if found.changing_at == began_at:
        found = replace(found, changing=found.changing if arrived else "", changing_at=EpochMs(0))
    return replace(found, revision=found.revision + arrived)


def check_revision(found: int, seen: int | None) -> None:
    """Raises Conflict (`changed_meanwhile`) when somebody changed it since it was seen."""
    if seen is not None and found != seen:
        raise _changed(f"somebody has changed this meanwhile (revision {found})")


def _changed(words: str) -> Conflict:
    return Conflict(
        f"{words}: read it again, and decide by what is there now", field="revision", code="changed_meanwhile"
    )
