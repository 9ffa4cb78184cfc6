"""How a status block is stored: a set of slots for each outcome. They only grow, so writes come in any order."""

from dataclasses import dataclass
from typing import cast

from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.campaigns.dispatch_note import is_notes, pack_notes
from shared.store.engine.codec import Item, Value, number, numbers, text

_SETS = {
    "ok": "sent",
    "dl": "delivered",
    "rd": "read",
    "rp": "replied",
    "re": "reacted",
    "un": "unconfirmed",
    "hd": "held",
}
_ADMITTED = "tr"
_ATTEMPTS = 100
"""`tr` is a set of numbers: slot times this, plus attempt. So it grows like all others, in any order."""
_PRICE = "b_"
_MARKETING = "bl"
"""Most messages cost what marketing costs: their set has the shortest name, and only others have names of their own."""


@dataclass(frozen=True, slots=True)
class Update:
    """The parts of one UpdateItem call."""

    expression: str
    names: dict[str, str]
    values: dict[str, Value]


def update_of(change: StatusChange) -> Update | None:
    """What folds the change into its block; None when there is nothing to write. The first failure of a slot stays."""
    sets = {name: frozenset(getattr(change, attribute)) for name, attribute in _SETS.items()}
    sets[_ADMITTED] = frozenset(slot * _ATTEMPTS + attempt for slot, attempt in change.admitted.items())
    sets |= {_price_name(category): frozenset(slots) for category, slots in change.priced.items()}
    given = [(name, slots) for name, slots in sets.items() if slots]
    values: dict[str, Value] = {f":a{i}": slots for i, (_, slots) in enumerate(given)}
    names: dict[str, str] = {f"#a{i}": name for i, (name, _) in enumerate(given)}
    assignments: list[str] = []
    for slot, code in sorted(change.failed.items()):
        names[f"#s{slot}"] = str(slot)
        values[f":c{slot}"] = code
        assignments.append(f"f.#s{slot} = if_not_exists(f.#s{slot}, :c{slot})")
    adds = [f"#a{i} :a{i}" for i in range(len(given))]
    for i, (name, notes) in enumerate(sorted(pack_notes(change.noted).items())):
        names[f"#n{i}"] = name
        values[f":n{i}"] = notes
        assignments.append(f"#n{i} = :n{i}")
    clauses = [f"{verb} {', '.join(parts)}" for verb, parts in (("SET", assignments), ("ADD", adds)) if parts]
    return Update(" ".join(clauses), names, values) if clauses else None


def parse_status_block(item: Item) -> StatusBlock:
    failed = cast("dict[str, str]", item.get("f") or {})
    return StatusBlock(
        size=number(item, "n"),
        sent=numbers(item, "ok"),
        delivered=numbers(item, "dl"),
        read=numbers(item, "rd"),
        replied=numbers(item, "rp"),
        unconfirmed=numbers(item, "un"),
        failed={int(slot): code for slot, code in failed.items()},
        priced={_category(name): numbers(item, name) for name in item if name == _MARKETING or name.startswith(_PRICE)},
        held=numbers(item, "hd"),
        markets=text(item, "mk"),
        reacted=numbers(item, "re"),
        admitted=_admitted(numbers(item, _ADMITTED)),
        noted={name: cast("bytes", item[name]) for name in item if is_notes(name)},
    )


def _admitted(known: frozenset[int]) -> dict[int, int]:
    """The highest attempt of each slot."""
    return dict(divmod(one, _ATTEMPTS) for one in sorted(known))


def _price_name(category: str) -> str:
    return _MARKETING if category == "marketing" else _PRICE + category


def _category(name: str) -> str:
    return "marketing" if name == _MARKETING else name.removeprefix(_PRICE)
