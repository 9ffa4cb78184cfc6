"""Header media of a campaign, looked at before launch: what Meta cannot fetch would fail everybody (131053)."""

from collections.abc import Callable, Collection, Iterator, Mapping

from functions.api.meta.calls import Graph
from shared.clients.graph import GraphAccess
from shared.clients.link_probe import LinkSeen
from shared.domain.media.library import FileUse
from shared.domain.media.links import encoded_link
from shared.domain.media.media_types import SENDABLE
from shared.domain.media.mime_names import base_type
from shared.domain.templates.compiler import CompileError, Problem, SendPlan, Variable
from shared.domain.templates.variables import named_files
from shared.errors import PermanentError, ProviderRejected
from shared.ids import PhoneNumberId, TenantId

LookAtLinks = Callable[[Collection[str]], Mapping[str, LinkSeen]]
UseFile = Callable[[TenantId, FileUse], object]
_MEDIA = ("image", "video", "document")
# Answers that a second try would not change; a server may refuse HEAD (405) or be busy, and Meta fetches with GET.
_PASSING = frozenset({405, 408, 425, 429})


def media_of(plan: SendPlan) -> dict[tuple[str, str], list[str]]:
    """(kind, id or link) that the mapping itself names, as constant or fallback -> the slots it would fill. Links are
    written as Meta is given them."""
    found: dict[tuple[str, str], list[str]] = {}
    for slot, variable in zip(plan.slots, plan.variables, strict=True):
        if slot.kind in _MEDIA:
            constant = variable.value if variable.source == "constant" else ""
            for value in {constant, variable.fallback} - {""}:
                found.setdefault((slot.kind, _as_sent(value.strip())), []).append(slot.key)
    return found


def _as_sent(value: str) -> str:
    return value if value.isdecimal() else encoded_link(value)


def media_problems(
    graph: Graph, access: GraphAccess, phone_number_id: PhoneNumberId, plan: SendPlan, look: LookAtLinks
) -> list[Problem]:
    """What is dead or of the wrong type, under the variable that names it. Raises RetryableError when Meta is out of
    reach: nobody then knows."""
    named = media_of(plan)
    links = sorted({value for _, value in named if not value.isdecimal()})
    seen = look(links) if links else {}
    problems: list[Problem] = []
    for (kind, value), keys in named.items():
        found = (
            _link_problem(kind, seen[value])
            if value in seen
            else _id_problem(graph, access, phone_number_id, kind, media_id=value)
        )
        problems += [Problem(f"variables.{key}", words) for words in found for key in keys]
    return problems


def _id_problem(
    graph: Graph, access: GraphAccess, phone_number_id: PhoneNumberId, kind: str, *, media_id: str
) -> Iterator[str]:
    """Meta, media: uploaded ids live 30 days, those of webhooks 7, and belong to one business account."""
    try:
        row = graph.call("GET", media_id, access, params={"phone_number_id": phone_number_id})
    except ProviderRejected:
        yield f"Meta has no media {media_id} for this number, or no longer: ids live 30 days; upload it again"
        return
    yield from _type_problem(kind, str(row.get("mime_type") or ""))


def _link_problem(kind: str, seen: LinkSeen) -> Iterator[str]:
    if seen.forbidden:
        yield f"{seen.forbidden}; Meta could not fetch it"
    elif 400 <= seen.status < 500 and seen.status not in _PASSING:
        yield f"the link answers with status {seen.status}; Meta could not fetch it: make it public, or upload the file"
    elif 200 <= seen.status < 300:
        yield from _type_problem(kind, seen.content_type)


def _type_problem(kind: str, declared: str) -> Iterator[str]:
    """Documents may be anything that Meta takes; what says nothing of itself is left to Meta."""
    mime_type = base_type(declared)
    form = SENDABLE.get(mime_type)
    unsure = not mime_type or mime_type == "application/octet-stream"
    if not unsure and (form is None or form.kind != kind) and not (kind == "document" and form is not None):
        yield f"this is {mime_type}; the header takes {_types_of(kind)}"


def _types_of(kind: str) -> str:
    return ", ".join(mime_type for mime_type, form in SENDABLE.items() if form.kind == kind)


def check_files(tenant_id: TenantId, variables: Mapping[str, Variable], use_file: UseFile) -> None:
    """Raises CompileError for files that the tenant does not have or cannot send so."""
    problems: list[Problem] = []
    for field, use in named_files(variables):
        try:
            use_file(tenant_id, use)
        except PermanentError as error:
            problems.append(Problem(field, error.message))
    if problems:
        raise CompileError(problems)
