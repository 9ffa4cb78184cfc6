"""What a template said before, and which words a campaign was sent with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.clock import EpochMs
from shared.domain.templates.template import Component, Template, kind_of

MOST_VERSIONS = 50
"""Of one template; Meta allows ten edits of an approved one in 30 days."""


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """What a template said from `since` on (epoch ms; 0 when nobody knows)."""

    version: int
    since: EpochMs
    category: str
    components: Sequence[Component]


def current_version(template: Template) -> TemplateVersion:
    return TemplateVersion(template.version, template.version_at, template.category, template.components)


def numbered(before: Template, after: Template) -> Template:
    """`after`, as the next version if it says something else than `before`, and as the next revision if anything that
    can be edited differs."""
    says_the_same = spoken(before) == spoken(after)
    is_same = says_the_same and (before.category, before.ttl_seconds) == (after.category, after.ttl_seconds)
    if not is_same and after.revision == before.revision:
        after = replace(after, revision=before.revision + 1)
    if says_the_same:
        return after
    since = max(after.updated_at, after.text_at)
    return replace(after, version=before.version + 1, version_at=since)


def spoken(template: Template) -> Mapping[str, object]:
    """The components by kind, as far as people see them: samples, whose links Meta makes anew for each answer, and the
    button that Meta makes of a one-time password say nothing."""
    silent = ("BUTTONS",) if template.category == "AUTHENTICATION" else ()
    parts = {kind_of(component): _shown(component) for component in template.components}
    return {kind: part for kind, part in parts.items() if kind not in silent}


def _shown(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _shown(inner) for key, inner in value.items() if key != "example"}
    if isinstance(value, list | tuple):
        return [_shown(inner) for inner in value]
    return value


def version_at(versions: Sequence[TemplateVersion], moment: EpochMs) -> int | None:
    """The number of the one that held at a moment (epoch ms); None when that is not kept any more."""
    held = [version for version in versions if version.since <= moment]
    return max(held, key=lambda version: version.version).version if held else None
