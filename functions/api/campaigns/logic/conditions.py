"""Under what conditions a campaign was tried, so that what changed since can be told. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.numbers.number import UNLIMITED, Number, Waba
from shared.domain.templates.template import Template


@dataclass(frozen=True, slots=True)
class Change:
    what: str
    before: str
    now: str


def conditions_of(template: Template, number: Number, waba: Waba) -> dict[str, str]:
    """What sending depends on besides the audience, each under a name, as text."""
    text = json.dumps([dict(component) for component in template.components], sort_keys=True)
    limit = waba.messaging_limit
    return {
        "template_status": template.status,
        "template_category": template.category,
        "template_text": hashlib.sha256(text.encode()).hexdigest()[:12],
        "number_status": number.status,
        "number_quality": number.quality,
        "messages_per_second": str(number.throughput),
        "messaging_limit": "unknown" if limit is None else "unlimited" if limit == UNLIMITED else str(limit),
    }


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    """What is different; names that were not noted then are left out."""
    return [Change(name, before[name], value) for name, value in now.items() if before.get(name, value) != value]
