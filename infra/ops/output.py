"""An answer as plain text or as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence

from infra.ops.desk import Answer


def as_json(answer: Answer) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=False)


def as_text(answer: Answer) -> str:
    """A line a fact, what belongs to one indented below it; what is empty is left out, where anything else is left."""
    return "\n".join(_lines(answer, "")) or "\n".join(f"{name.replace('_', ' ')}: none" for name in answer)


def _lines(answer: Mapping[str, object], indent: str) -> Iterator[str]:
    for name, value in answer.items():
        label = f"{indent}{name.replace('_', ' ')}:"
        if value is None or value in ("", [], {}):
            continue
        if isinstance(value, Mapping):
            yield label
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield label
            for item in value:
                yield from _item(item, indent)
        else:
            yield f"{label} {_word(value)}"


def _item(item: object, indent: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{indent}  - {_word(item)}"
        return
    flat = [
        f"{name.replace('_', ' ')} {_word(value)}"
        for name, value in item.items()
        if value not in (None, "", [], {}) and not isinstance(value, Mapping | list)
    ]
    yield f"{indent}  - {', '.join(flat)}"
    yield from _lines({k: v for k, v in item.items() if isinstance(v, Mapping | list)}, f"{indent}    ")


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
