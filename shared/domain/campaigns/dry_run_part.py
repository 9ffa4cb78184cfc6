"""What one contact shard adds to a dry run: written by the loader, summed by the API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.clock import EpochMs


@dataclass(frozen=True, slots=True)
class DryRunPart:
    """`samples` are (contact, text as the person would read it), `missing` (contact, variable without a value).

    `missing_by_slot` counts people by variable; `markets` those who can be written to by country, and `recent` those of
    them who wrote lately. `offer_ends` is when the first of their offers ends, epoch ms.
    """

    sendable: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    samples: tuple[tuple[str, str], ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    missing_by_slot: Mapping[str, int] = field(default_factory=dict)
    offer_ends: EpochMs | None = None
    markets: Mapping[str, int] = field(default_factory=dict)
    recent: Mapping[str, int] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        return self.sendable + sum(self.skipped.values())

    def to_json(self) -> str:
        return json.dumps(
            {
                "sendable": self.sendable,
                "skipped": dict(self.skipped),
                "samples": [{"contact_id": contact_id, "text": text} for contact_id, text in self.samples],
                "missing": [{"contact_id": contact_id, "slot": slot} for contact_id, slot in self.missing],
                "missing_by_slot": dict(self.missing_by_slot),
                "offer_ends": self.offer_ends,
                "markets": dict(self.markets),
                "recent": dict(self.recent),
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "DryRunPart":
        """Also of a loader that did not count everything yet: parts are kept for a day."""
        part = json.loads(text)
        ends = part.get("offer_ends")
        return cls(
            sendable=int(part["sendable"]),
            skipped=_counts(part["skipped"]),
            samples=tuple((str(row["contact_id"]), str(row["text"])) for row in part["samples"]),
            missing=tuple((str(row["contact_id"]), str(row["slot"])) for row in part["missing"]),
            missing_by_slot=_counts(part.get("missing_by_slot", {})),
            offer_ends=None if ends is None else EpochMs(int(ends)),
            markets=_counts(part.get("markets", {})),
            recent=_counts(part.get("recent", {})),
        )


def _counts(raw: Mapping[str, object]) -> dict[str, int]:
    return {str(name): int(str(count)) for name, count in raw.items()}
