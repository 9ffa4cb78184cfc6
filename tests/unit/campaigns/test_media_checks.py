"""Header media are looked at before launch; what is dead is refused under the variable that names it."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from functions.api.campaigns.media_checks import media_problems
from shared.clients.graph import GraphAccess
from shared.clients.link_probe import LinkSeen
from shared.domain.templates.compiler import SendPlan, Variable, compile_plan
from shared.domain.templates.template import Component, Template
from shared.errors import ProviderRejected, RetryableError
from shared.ids import PhoneNumberId, WabaId

ACCESS = GraphAccess("token", "proof")
LIVE, DEAD, FILM = "1111", "2222", "3333"
LINK = "https://cdn.example/a.png"
FINE = LinkSeen(200, "image/png")


class Meta:
    """Knows two media; notes what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self.error = error

    def call(
        self,
        method: str,
        path: str,
        access: GraphAccess | None = None,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> dict[str, Any]:
        assert (method, access) == ("GET", ACCESS)
        self.asked.append((path, (params or {})["phone_number_id"]))
        if self.error is not None:
            raise self.error
        if path == DEAD:
            raise ProviderRejected("Object with ID '2222' does not exist", provider_code="100")
        return {"id": path, "mime_type": "video/mp4" if path == FILM else "image/jpeg"}


def plan(*values: Variable, form: str = "IMAGE") -> SendPlan:
    """One header, or a carousel of as many cards as values."""
    header: Component = {"type": "HEADER", "format": form}
    key = f"header.{form.lower()}"
    parts: list[Component] = [header]
    mapping = {key: values[0]}
    if len(values) > 1:
        parts = [{"type": "CAROUSEL", "cards": [{"components": [header]} for _ in values]}]
        mapping = {f"card.{n}.{key}": value for n, value in enumerate(values)}
    template = Template("1", WabaId("w"), "sale", "en", "MARKETING", "APPROVED", "POSITIONAL", parts)
    return compile_plan(template, mapping, {"link"})


def constant(value: str) -> Variable:
    return Variable("constant", value)


def seeing(seen: LinkSeen, asked: list[str]) -> Any:
    def look(urls: Collection[str]) -> dict[str, LinkSeen]:
        asked.extend(urls)
        return dict.fromkeys(urls, seen)

    return look


def problems(made: SendPlan, seen: LinkSeen = FINE, meta: Meta | None = None) -> dict[str, str]:
    found = media_problems(meta or Meta(), ACCESS, PhoneNumberId("71"), made, seeing(seen, []))
    return {problem.field: problem.message for problem in found}


def test_live_media_are_no_problem_and_each_is_asked_for_once() -> None:
    meta, asked = Meta(), []  # type: ignore[var-annotated]
    made = plan(constant(LIVE), constant(LIVE), constant(LINK), Variable("field", "link", LINK))
    assert media_problems(meta, ACCESS, PhoneNumberId("71"), made, seeing(FINE, asked)) == []
    assert (meta.asked, asked) == ([(LIVE, "71")], [LINK])


def test_a_dead_id_is_refused_under_every_variable_that_names_it() -> None:
    found = problems(plan(constant(DEAD), constant(LIVE), Variable("field", "link", DEAD)))
    assert set(found) == {"variables.card.0.header.image", "variables.card.2.header.image"}
    assert all(DEAD in words and "upload it again" in words for words in found.values())


@pytest.mark.parametrize(
    ("form", "value", "refused"),
    [("IMAGE", FILM, True), ("VIDEO", LIVE, True), ("VIDEO", FILM, False), ("DOCUMENT", LIVE, False)],
)
def test_a_medium_of_another_kind_is_refused(form: str, value: str, refused: bool) -> None:
    found = problems(plan(constant(value), form=form))
    assert set(found) == ({f"variables.header.{form.lower()}"} if refused else set())


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (LinkSeen(200, "image/jpeg; charset=binary"), ""),
        (LinkSeen(200, ""), ""),
        (LinkSeen(200, "application/octet-stream"), ""),
        (LinkSeen(200, "text/html; charset=utf-8"), "text/html"),
        (LinkSeen(200, "image/webp"), "image/webp"),
        (LinkSeen(200, "image/gif"), "image/gif"),
        (LinkSeen(404, "text/html"), "404"),
        (LinkSeen(403, "application/xml"), "403"),
        (LinkSeen(405, ""), ""),
        (LinkSeen(429, ""), ""),
        (LinkSeen(302, "text/html"), ""),
        (LinkSeen(503, "text/html"), ""),
        (LinkSeen(), ""),
        (LinkSeen(forbidden="the link must use port 443, or one from 1024 on"), "port 443"),
    ],
)
def test_a_link_is_refused_only_when_meta_could_not_use_it(seen: LinkSeen, said: str) -> None:
    found = problems(plan(constant(LINK)), seen)
    assert set(found) == ({"variables.header.image"} if said else set())
    assert said in found.get("variables.header.image", "")


def test_a_link_is_looked_at_as_it_is_sent() -> None:
    asked: list[str] = []
    fallback = Variable("field", "link", "https://cdn.example/otoño.png")
    made = plan(constant("https://cdn.example/año nuevo/a.png"), fallback)
    assert media_problems(Meta(), ACCESS, PhoneNumberId("71"), made, seeing(FINE, asked)) == []
    assert asked == ["https://cdn.example/a%C3%B1o%20nuevo/a.png", "https://cdn.example/oto%C3%B1o.png"]


def test_links_of_people_and_texts_are_not_looked_at() -> None:
    asked: list[str] = []
    assert (
        media_problems(Meta(), ACCESS, PhoneNumberId("71"), plan(Variable("field", "link")), seeing(LinkSeen(), asked))
        == []
    )
    assert asked == []


def test_while_meta_cannot_be_asked_nothing_is_known() -> None:
    with pytest.raises(RetryableError):
        problems(plan(constant(LIVE)), meta=Meta(RetryableError("Meta cannot be reached")))
