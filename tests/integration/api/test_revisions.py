"""Two people who change one thing: whoever decided by an older revision is told, and changes nothing.

Each route that changes something stored and takes its `revision` optionally has a row; a test of the document
(tests/unit/http/test_revisions.py) holds that every route takes one. Those where it must be given are raced in
test_capped_routes.py, test_team.py and test_handler.py.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from functions.api import bootstrap
from functions.api.meta.calls import SyncGraph
from functions.api.numbers.account_actions import ConnectedParts
from functions.api.numbers.profile import change_profile
from functions.api.templates.actions import edit_template
from functions.api.templates.logic.editing import TemplateEdit
from shared.clock import epoch_ms
from shared.errors import AppError, Conflict, ProviderRejected, RetryableError
from shared.ids import ContactId
from shared.services.meta_access import MetaAccess
from shared.store.contacts.items import read_contact_item
from shared.store.engine.database import TableItem
from tests.support.api_document import api_document
from tests.support.api_handler import Answer
from tests.support.at_once import Racers, racers
from tests.support.chats import Chat, chat, graph_url
from tests.support.faults import at_once, each_sent_twice
from tests.support.racing_api import racing_api
from tests.support.reviewed_templates import ask, made, reviewed

__all__ = ["chat", "graph_url"]
AT_ONCE = 8
Json = dict[str, Any]
CLASH = (409, "changed_meanwhile")


@dataclass(frozen=True, slots=True)
class Row:
    """`make` gives the path of one; `change(i)` is the i-th of many different changes of it."""

    route: str
    make: Callable[[Chat], str]
    change: Callable[[int], Json]
    at_meta: bool = False

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]


def one_of(path: str, body: Json) -> Callable[[Chat], str]:
    return lambda chat: f"{path}/{ask(chat, 'POST', path, body).body['id']}"


def rejected_template(chat: Chat) -> str:
    """Which may be edited as often as anybody likes."""
    chat.script(templates={"review_seconds": 0})
    return f"/v1/templates/{made(chat, 'reject_me')['id']}"


def meta_access() -> MetaAccess:
    return bootstrap.parts()[ConnectedParts].access


def bot(i: int) -> Json:
    return {"name": f"bot {i}", "rules": [{"match": "contains", "keywords": [f"Preço {i}"], "reply": "9"}]}


ROWS = [
    Row("PATCH /v1/labels/{label_id}", one_of("/v1/labels", {"name": "x"}), lambda i: {"name": f"label {i}"}),
    Row("PATCH /v1/labels/{label_id}", one_of("/v1/labels", {"name": "x"}), lambda i: {"colour": f"#00000{i}"}),
    Row("PUT /v1/canned-replies/{reply_id}", one_of("/v1/canned-replies", {"shortcut": "x", "text": "x"}),
        lambda i: {"shortcut": "x", "text": f"text {i}"}),
    Row("PUT /v1/bots/{bot_id}", one_of("/v1/bots", bot(0)), lambda i: bot(i + 1)),
    Row("PATCH /v1/webhook-endpoints/{endpoint_id}", one_of("/v1/webhook-endpoints", {"url": "https://example.com/"}),
        lambda i: {"description": f"{i}", "enabled": True}),
    Row("PUT /v1/template-drafts/{draft_id}", one_of("/v1/template-drafts", {"name": "x"}),
        lambda i: {"name": f"draft_{i}", "components": [{"type": "BODY", "text": f"{i}"}]}),
    Row("PUT /v1/rate-card", lambda _: "/v1/rate-card",
        lambda i: {"currency": "USD", "rates": [{"country": "BR", "category": "utility", "price_micros": i}]}),
    Row("PATCH /v1/contacts/{contact_id}", one_of("/v1/contacts", {"phone": "+5511912345678", "tags": ["old"]}),
        lambda i: {"name": f"Ana {i}", "add_tags": [f"tag {i}"], "remove_tags": ["old"]}),
    Row("PATCH /v1/templates/{template_id}", rejected_template,
        lambda i: {"components": [{"type": "BODY", "text": f"Our sale is on for {i + 2} days."}]}, at_meta=True),
    Row("PATCH /v1/numbers/{phone_number_id}/profile", lambda chat: f"/v1/numbers/{chat.number}/profile",
        lambda i: {"about": f"Coffee {i}."}, at_meta=True),
]  # fmt: skip
OWN = [row for row in ROWS if not row.at_meta]
each = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.route)


def shown(chat: Chat, row: Row, path: str) -> Json:
    """As anybody reads it; labels have a list only."""
    collection, _, one = path.rpartition("/")
    if collection == "/v1/labels":
        return next(label for label in ask(chat, "GET", collection).body["items"] if label["id"] == one)
    found = ask(chat, "GET", path)
    assert found.status == 200, found.body
    # A review changes what a template is, and not what was written.
    return {key: value for key, value in found.body.items() if key not in ("status", "rejected_reason", "updated_at")}


def changed(chat: Chat, row: Row, path: str, i: int, seen: int | None) -> Answer:
    answer = ask(chat, row.method, path, {**row.change(i), **({} if seen is None else {"revision": seen})})
    if row.at_meta and answer.status == 200 and "templates" in path:
        reviewed(chat, answer.body["id"])
    return answer


@each
@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1)])
def test_of_two_who_saw_the_same_the_second_is_told(chat: Chat, row: Row, first: int, second: int) -> None:
    path = row.make(chat)
    seen = shown(chat, row, path)["revision"]
    assert changed(chat, row, path, first, seen).status == 200
    after = shown(chat, row, path)
    assert after["revision"] > seen
    refused = changed(chat, row, path, second, seen)
    assert (refused.status, refused.body["code"], refused.body["field"]) == (*CLASH, "revision")
    assert shown(chat, row, path) == after
    # Whoever looks again may, and so may who names no revision.
    assert changed(chat, row, path, second, after["revision"]).status == 200
    assert changed(chat, row, path, first, None).status == 200
    assert shown(chat, row, path)["revision"] > after["revision"] + 1


@each
def test_a_call_whose_answer_was_lost_is_repeated_and_no_clash(chat: Chat, row: Row) -> None:
    path = row.make(chat)
    seen = shown(chat, row, path)["revision"]
    assert changed(chat, row, path, 1, seen).status == 200
    after = shown(chat, row, path)
    repeated = changed(chat, row, path, 1, seen)
    assert (repeated.status, repeated.body["revision"]) == (200, after["revision"])
    assert shown(chat, row, path) == after
    assert changed(chat, row, path, 2, after["revision"]).status == 200
    assert changed(chat, row, path, 1, seen).status == 409


@pytest.mark.parametrize("row", OWN, ids=lambda row: row.route)
def test_a_write_that_reaches_the_database_twice_is_no_clash_with_itself(chat: Chat, row: Row) -> None:
    """As the client repeats it when the first answer was lost."""
    path = row.make(chat)
    seen = shown(chat, row, path)["revision"]
    with each_sent_twice(TableItem._client, ("UpdateItem", "PutItem", "TransactWriteItems")) as sent:
        assert changed(chat, row, path, 1, seen).status == 200
    assert sent
    assert shown(chat, row, path)["revision"] == seen + 1


@pytest.fixture(scope="module")
def racing(dynoxide: str, graph_url: str) -> Iterator[Racers]:
    with racers(AT_ONCE, racing_api, dynoxide, graph_url, loaded="tests.support.forked_api") as ready:
        yield ready


@pytest.mark.parametrize("row", OWN, ids=lambda row: row.route)
def test_of_eight_at_once_with_one_revision_one_wins(chat: Chat, row: Row, racing: Racers) -> None:
    path = row.make(chat)
    seen = shown(chat, row, path)["revision"]
    calls = [(row.method, path, {**row.change(i), "revision": seen}, chat.tenant) for i in range(1, AT_ONCE + 1)]
    assert Counter(racing.race(calls)) == {(200, ""): 1, CLASH: AT_ONCE - 1}
    assert shown(chat, row, path)["revision"] == seen + 1


def outcome(change: Callable[[], object]) -> str:
    try:
        change()
    except Conflict as refused:
        return refused.code
    return "changed"


def test_of_eight_edits_at_once_with_one_revision_one_reaches_meta(chat: Chat) -> None:
    """In one process, whose handler answers one call at a time: the actions are raced."""
    template_id = rejected_template(chat).rpartition("/")[2]
    deps = chat.api.deps
    template = deps.templates.get(chat.tenant, template_id)
    access = meta_access().of_account(chat.tenant, deps.accounts.waba(chat.tenant, chat.waba), epoch_ms())

    def edit(i: int) -> str:
        asked = TemplateEdit(components=[{"type": "BODY", "text": f"Our sale is on for {i + 2} days."}])
        arguments = (deps.graph, deps.templates, access, chat.tenant, template, asked, epoch_ms(), template.revision)
        return outcome(lambda: edit_template(*arguments))

    assert Counter(at_once(AT_ONCE, edit)) == {"changed": 1, CLASH[1]: AT_ONCE - 1}
    assert deps.templates.get(chat.tenant, template_id).version == 2


def test_of_eight_profiles_at_once_with_one_revision_one_reaches_meta(chat: Chat) -> None:
    deps = chat.api.deps
    access = meta_access().of_number(chat.tenant, chat.number, epoch_ms())

    def change(i: int) -> str:
        arguments = (deps.graph, access, chat.tenant, chat.number, {"about": f"Coffee {i}."}, epoch_ms())
        return outcome(lambda: change_profile(*arguments, seen=0))

    assert Counter(at_once(AT_ONCE, change)) == {"changed": 1, CLASH[1]: AT_ONCE - 1}
    assert ask(chat, "GET", f"/v1/numbers/{chat.number}/profile").body["revision"] == 1


AT_META = pytest.mark.parametrize("row", [row for row in ROWS if row.at_meta], ids=lambda row: row.route)


def fail(patch: pytest.MonkeyPatch, error: AppError) -> None:
    def fails(*_: object, **__: object) -> Json:
        raise error

    patch.setattr(SyncGraph, "call", fails)


@AT_META
def test_what_meta_refuses_leaves_the_revision(chat: Chat, monkeypatch: pytest.MonkeyPatch, row: Row) -> None:
    path = row.make(chat)
    seen = shown(chat, row, path)["revision"]
    with monkeypatch.context() as patch:
        fail(patch, ProviderRejected("no", provider_code="100"))
        assert changed(chat, row, path, 1, seen).status == 422
    assert shown(chat, row, path)["revision"] == seen
    assert changed(chat, row, path, 2, seen).status == 200
    # Of what was refused nothing is left that a later call could be taken for.
    assert changed(chat, row, path, 1, seen).status == 409


@AT_META
def test_what_meta_does_not_answer_may_be_tried_again_and_nothing_else(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    path = row.make(chat)
    seen = shown(chat, row, path)["revision"]
    with monkeypatch.context() as patch:
        fail(patch, RetryableError("down"))
        assert changed(chat, row, path, 1, seen).status == 503
    assert changed(chat, row, path, 2, seen).body["code"] == CLASH[1]
    assert changed(chat, row, path, 1, seen).status == 200
    assert changed(chat, row, path, 2, seen).body["code"] == CLASH[1]
    assert changed(chat, row, path, 2, shown(chat, row, path)["revision"]).status == 200


def test_what_meta_has_changed_meanwhile_counts_once_it_is_synced(chat: Chat) -> None:
    path = rejected_template(chat)
    stored = shown(chat, ROWS[-2], path)
    deps = chat.api.deps
    access = meta_access().of_account(chat.tenant, deps.accounts.waba(chat.tenant, chat.waba), epoch_ms())
    deps.graph.call("POST", stored["id"], access, body={"components": ROWS[-2].change(1)["components"]})
    reviewed(chat, stored["id"])
    refused = changed(chat, ROWS[-2], path, 2, stored["revision"])
    assert (refused.status, refused.body["code"]) == CLASH


def test_an_endpoint_that_fails_is_no_change_by_somebody(chat: Chat) -> None:
    row = next(row for row in ROWS if "webhook" in row.route)
    path = row.make(chat)
    seen = shown(chat, row, path)["revision"]
    endpoints, endpoint_id = chat.api.deps.endpoints, path.rpartition("/")[2]
    endpoints.change(chat.tenant, endpoint_id, lambda found: found.failed(epoch_ms()))
    assert changed(chat, row, path, 1, seen).status == 200
    endpoints.change(chat.tenant, endpoint_id, lambda found: found.failed(epoch_ms()))
    # The same again, though enabling would forget the failure.
    assert changed(chat, row, path, 1, seen).status == 200


def test_what_completes_a_contact_counts_as_no_edit(chat: Chat) -> None:
    path = f"/v1/contacts/{chat.contact}"
    seen = ask(chat, "GET", path).body["revision"]
    completed = ask(chat, "POST", "/v1/contacts", {"phone": chat.phone, "tags": ["vip"]})
    assert (completed.status, completed.body["revision"]) == (200, seen)
    chat.api.deps.contacts.note_inbound(chat.tenant, ContactId(chat.contact), epoch_ms())
    edited = ask(chat, "PATCH", path, {"name": "Bia", "add_tags": ["new"], "revision": seen})
    assert (edited.status, edited.body["tags"], edited.body["revision"]) == (200, ["new", "vip"], seen + 1)


def test_an_edit_overwrites_nothing_that_came_by_an_import_meanwhile(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts, came = chat.api.deps.contacts, list[int]()

    def read_and_be_overtaken(*args: Any) -> Any:
        found = read_contact_item(*args)
        if not came:
            came.append(1)
            contacts.upsert(chat.tenant, ContactId(chat.contact), {}, {}, frozenset({"vip"}), epoch_ms())
        return found

    monkeypatch.setattr("shared.store.contacts.edits.read_contact_item", read_and_be_overtaken)
    path = f"/v1/contacts/{chat.contact}"
    assert ask(chat, "PATCH", path, {"add_tags": ["new"]}).body["tags"] == ["new", "vip"]


def test_edits_that_name_no_revision_all_arrive(chat: Chat, racing: Racers) -> None:
    path = f"/v1/contacts/{chat.contact}"
    answers = racing.race([("PATCH", path, {"add_tags": [f"t{i}"]}, chat.tenant) for i in range(AT_ONCE)])
    assert Counter(answers) == {(200, ""): AT_ONCE}
    assert ask(chat, "GET", path).body["tags"] == [f"t{i}" for i in range(AT_ONCE)]


def test_every_route_that_takes_a_revision_optionally_has_a_row() -> None:
    document = api_document()
    found = set()
    for path, methods in document["paths"].items():
        for method in methods.keys() & {"put", "patch"}:
            reference = methods[method]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            schema = document["components"]["schemas"][reference.rpartition("/")[2]]
            if "revision" in schema["properties"] and "revision" not in schema.get("required", ()):
                found.add(f"{method.upper()} {path}")
    assert found == {row.route for row in ROWS}
