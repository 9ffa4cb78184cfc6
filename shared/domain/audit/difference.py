"""What an entry shows of a change: the fields that changed, as the table of the kind says."""

import json
from collections.abc import Mapping

from shared.clock import EpochMs, to_rfc3339
from shared.domain.audit.entry import Difference
from shared.domain.audit.kinds import FIELDS, SHOWN_AS, Kind, Show

_MOST_BYTES = 1_000
"""Of a value, as JSON. What is longer is named: an entry stays a few KB, whatever was changed."""
_MOMENTS = ("_at", "_until")
_ABSENT: tuple[object, ...] = (None, "", [], {})
"""Values that say nothing: what is made without them is not shown as having got them."""


def difference(kind: Kind, before: Mapping[str, object] | None, after: Mapping[str, object] | None) -> Difference:
    """Between two states of one thing; None where it was not or is not there. A field that the table does not know,
    as one of a later release, is only named."""
    former, latter = before or {}, after or {}
    changed = [name for name in {**former, **latter} if _value(former, name) != _value(latter, name)]
    shown, named = list[str](), list[str]()
    for name in changed:
        show = FIELDS[kind].get(name, Show.NAME)
        if show is Show.NAME or (show is Show.VALUE and _is_long(former, latter, name)):
            named.append(name)
        elif show is Show.VALUE:
            shown.append(name)
    return Difference(
        {SHOWN_AS.get(name, name): _shown(former, name) for name in shown} if before is not None else {},
        {SHOWN_AS.get(name, name): _shown(latter, name) for name in shown} if after is not None else {},
        tuple(SHOWN_AS.get(name, name) for name in named),
    )


def join(first: Difference, second: Difference) -> Difference:
    """Of two changes of one thing, one after the other: what is otherwise after both than before them."""
    is_new, is_gone = not first.before and bool(first.after), not second.after and bool(second.before)
    before = {} if is_new else {**second.before, **first.before}
    after = {} if is_gone else {**first.after, **second.after}
    named = dict.fromkeys((*first.named, *second.named))
    undone = [name for name in before if name in after and before[name] == after[name]]
    return Difference(
        {name: value for name, value in before.items() if name not in (*undone, *named)},
        {name: value for name, value in after.items() if name not in (*undone, *named)},
        tuple(named),
    )


def _value(state: Mapping[str, object], name: str) -> object:
    found = state.get(name)
    return None if found in _ABSENT else found


def _shown(state: Mapping[str, object], name: str) -> object:
    """As the API shows it: moments are RFC 3339, and none where they are 0."""
    found = _value(state, name)
    if isinstance(found, int) and name.endswith(_MOMENTS):
        return to_rfc3339(EpochMs(found)) if found else None
    return found


def _is_long(former: Mapping[str, object], latter: Mapping[str, object], name: str) -> bool:
    return any(len(json.dumps(state.get(name), default=str).encode()) > _MOST_BYTES for state in (former, latter))
