"""A template as a business writes it, before Meta has seen it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.templates.template import Component

MOST_SECONDS = 2_592_000


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """`category` and `parameter_format` are in upper case. `ttl_seconds` is for how long Meta tries to deliver a
    message of it: None leaves that to Meta, -1 is 30 days (Meta, time-to-live)."""

    name: str
    language: str
    category: str
    parameter_format: str
    components: Sequence[Component]
    ttl_seconds: int | None = None


def as_listed(component: Component) -> dict[str, object]:
    """Types and formats in upper case, as Meta lists them whatever the case they were sent in."""
    listed: dict[str, object] = {**component}
    for name in ("type", "format", "otp_type"):
        if isinstance(value := listed.get(name), str):
            listed[name] = value.upper()
    for name in ("buttons", "cards", "components"):
        if isinstance(parts := listed.get(name), list):
            listed[name] = [as_listed(part) for part in parts if isinstance(part, dict)]
    return listed


def without_samples(component: Component) -> dict[str, object]:
    """A listed component without the samples of its media, which Meta lists as links and takes as handles."""
    kept: dict[str, object] = {**component}
    example = kept.get("example")
    if isinstance(example, dict) and "header_handle" in example:
        del kept["example"]
    for name in ("cards", "components"):
        if isinstance(parts := kept.get(name), list):
            kept[name] = [without_samples(part) for part in parts if isinstance(part, dict)]
    return kept
