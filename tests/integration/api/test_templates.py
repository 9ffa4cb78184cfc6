"""Templates through the API, against the Meta simulator: written, checked, submitted, edited, sent and removed."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from functions.api.meta.calls import SyncGraph
from functions.api.templates.logic.editing import EDITED_TODAY, TemplateEdit, begun
from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.media.message_media import upload_key
from shared.domain.templates.draft import TemplateDraft
from shared.domain.templates.stored_draft import MOST_DRAFTS, StoredDraft
from shared.domain.templates.template import Template
from shared.errors import Conflict, ProviderRejected, RetryableError
from shared.ids import CampaignId, TenantId, WabaId, new_ulid
from shared.store.templates.templates import Templates
from tests.support.api_handler import Api
from tests.support.campaigns import a_campaign
from tests.support.chats import Chat, chat, graph_url
from tests.support.kept_answers import Kept, kept
from tests.support.reviewed_templates import BODY, ask, made, reviewed
from tests.support.template_shapes import SHAPES, values_for

__all__ = ["chat", "graph_url", "kept"]
Json = dict[str, Any]


@contextmanager
def answers_lost(chat: Chat) -> Iterator[None]:
    """Meta does what it is asked for, and its answer is lost."""
    graph = chat.api.deps.graph
    asked = graph.call

    def without_an_answer(method: str, path: str, *more: Any, **body: Any) -> Json:
        asked(method, path, *more, **body)
        raise RetryableError("Meta cannot be reached right now; try again in a minute")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "call", without_an_answer)
        yield


@pytest.fixture(autouse=True)
def quick_reviews(chat: Chat) -> None:
    chat.script(templates={"review_seconds": 0})


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_checked_submitted_approved_shown_and_sent(chat: Chat, shape: str) -> None:
    content = {"name": "shape", "language": "en", **SHAPES[shape]}
    checked = ask(chat, "POST", "/v1/templates/check", content)
    assert (checked.status, checked.body["valid"], checked.body["faults"]) == (200, True, [])
    template = made(chat, "shape", **SHAPES[shape])
    assert (template["status"], template["unsupported"]) == ("APPROVED", None)
    values = values_for(template["slots"])
    shown = ask(chat, "POST", f"/v1/templates/{template['id']}/preview", {"variables": values}).body
    assert (shown["problems"], "{{" in shown["text"]) == ([], False)
    test = {"template_id": template["id"], "phone_number_id": chat.number, "phone": chat.phone, "variables": values}
    sent = ask(chat, "POST", "/v1/template-tests", test)
    assert (sent.status, sent.body["status"], sent.body["error_code"]) == (201, "sent", None), sent.body
    assert chat.journal()[-1]["body"]["template"]["name"] == "shape"


def test_what_meta_would_refuse_is_refused_with_its_code_before_it_is_asked(chat: Chat) -> None:
    wrong = {
        "name": "x",
        "language": "en",
        "category": "MARKETING",
        "components": [{"type": "BODY", "text": "{{1}} a"}],
    }
    before = len(chat.simulator.get("/_sim/journal").json()["entries"])
    answer = ask(chat, "POST", "/v1/templates", wrong)
    assert (answer.status, answer.body["code"], answer.body["provider_code"]) == (422, "template_refused", "100")
    assert answer.body["field"] == "components.0.text"
    found = {(fault["code"], fault["pointer"], fault["meta_subcode"]) for fault in answer.body["faults"]}
    assert found == {
        ("variable_at_edge", "/components/0/text", 2388299),
        ("too_many_variables", "/components/0/text", 2388293),
        ("example_missing", "/components/0/example", 2388043),
    }
    checked = ask(chat, "POST", "/v1/templates/check", wrong).body
    assert (checked["valid"], checked["faults"]) == (False, answer.body["faults"])
    assert len(chat.simulator.get("/_sim/journal").json()["entries"]) == before


def test_an_approved_template_is_edited_once_a_day_and_says_what_it_said_before(chat: Chat) -> None:
    template = made(chat)
    where = f"/v1/templates/{template['id']}"
    again = ask(chat, "PATCH", where, {"components": [{**BODY, "text": "Our sale ends soon."}]})
    assert (again.status, again.body["status"], again.body["version"]) == (200, "APPROVED", 2)
    assert again.body["components"][0]["text"] == "Our sale ends soon."
    refused = ask(chat, "PATCH", where, {"components": [BODY]})
    assert (refused.status, refused.body["code"]) == (409, "template_edited_today")
    assert 86_000 < refused.body["retry_after_seconds"] <= 86_400
    assert ask(chat, "GET", where).body["next_edit_at"] is not None
    versions = ask(chat, "GET", f"{where}/versions", query="limit=1")
    [now] = versions.body["items"]
    cursor = versions.body["next_cursor"]
    [before] = ask(chat, "GET", f"{where}/versions", query=f"limit=1&cursor={cursor}").body["items"]
    assert [(one["version"], one["current"], one["components"][0]["text"]) for one in (now, before)] == [
        (2, True, "Our sale ends soon."),
        (1, False, BODY["text"]),
    ]


def test_of_eight_who_edit_at_once_one_does(chat: Chat) -> None:
    stored = Template("77", chat.waba, "hi", "en", "MARKETING", "APPROVED", "POSITIONAL", [BODY])
    templates, edit = chat.api.deps.templates, TemplateEdit(components=[BODY])
    templates.put(chat.tenant, stored)
    ready = threading.Barrier(8)

    def count_edit(at: int) -> str:
        ready.wait()
        try:
            templates.change(chat.tenant, "77", lambda found: begun(found, edit, EpochMs(at)))
        except Conflict as refused:
            return refused.code
        return "counted"

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(count_edit, range(10**12, 10**12 + 8)))
    assert outcomes == {"counted": 1, EDITED_TODAY: 7}
    assert len(templates.get(chat.tenant, "77").edits) == 1


def test_the_tenth_edit_of_thirty_days_is_the_last(chat: Chat) -> None:
    template = made(chat)
    now = epoch_ms()
    spent = tuple(EpochMs(now - (20 - day) * DAY_MS) for day in range(10))
    chat.api.deps.templates.change(chat.tenant, template["id"], lambda t: replace(t, edits=spent))
    refused = ask(chat, "PATCH", f"/v1/templates/{template['id']}", {"components": [BODY]})
    assert (refused.status, refused.body["code"]) == (409, "template_edits_used_up")
    chat.api.deps.templates.change(chat.tenant, template["id"], lambda t: replace(t, edits=spent[1:]))
    assert ask(chat, "PATCH", f"/v1/templates/{template['id']}", {"components": [BODY]}).status == 200


@pytest.mark.parametrize(
    ("error", "status"), [(RetryableError("down"), 503), (ProviderRejected("no", provider_code="100"), 422)]
)
def test_an_edit_that_meta_does_not_take_is_not_counted(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    template = made(chat)
    edit = {"components": [{**BODY, "text": "Our sale ends soon."}]}

    def fails(*_: object, **__: object) -> Json:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(chat.api.deps.graph, "call", fails)
        assert ask(chat, "PATCH", f"/v1/templates/{template['id']}", edit).status == status
    stored = chat.api.deps.templates.get(chat.tenant, template["id"])
    assert (stored.edits, stored.version) == ((), 1)
    assert ask(chat, "PATCH", f"/v1/templates/{template['id']}", edit).status == 200


@pytest.mark.parametrize(
    ("status", "edit", "code"),
    [
        ("PENDING", {"components": [BODY]}, "template_not_editable"),
        ("DISABLED", {"components": [BODY]}, "template_not_editable"),
        ("APPROVED", {"category": "UTILITY"}, "template_category_fixed"),
        ("REJECTED", {"components": [{"type": "BODY", "text": ""}]}, "template_refused"),
    ],
)
def test_what_meta_does_not_let_be_edited_is_said_before_it_is_asked(
    chat: Chat, status: str, edit: Json, code: str
) -> None:
    stored = Template("77", chat.waba, "hi", "en", "MARKETING", status, "POSITIONAL", [BODY])
    chat.api.deps.templates.put(chat.tenant, stored)
    refused = ask(chat, "PATCH", "/v1/templates/77", edit)
    assert refused.body["code"] == code
    assert chat.api.deps.templates.get(chat.tenant, "77") == stored


def test_a_rejected_template_is_edited_and_reviewed_again(chat: Chat) -> None:
    template = made(chat, "reject_me")
    assert (template["status"], template["next_edit_at"]) == ("REJECTED", None)
    for text in ("Our sale is on today.", "Our sale is on tomorrow."):
        edited = ask(chat, "PATCH", f"/v1/templates/{template['id']}", {"components": [{**BODY, "text": text}]})
        assert edited.status == 200
        assert reviewed(chat, template["id"])["status"] == "REJECTED"
    assert reviewed(chat, template["id"])["version"] == 3


def test_one_language_or_all_of_a_name_are_removed_and_stay_visible(chat: Chat) -> None:
    ids = [made(chat, language=language)["id"] for language in ("en", "es", "pt_BR")]
    assert ask(chat, "DELETE", f"/v1/templates/{ids[0]}").status == 204
    statuses = [ask(chat, "GET", f"/v1/templates/{one}").body["status"] for one in ids]
    assert statuses == ["DELETED", "APPROVED", "APPROVED"]
    assert ask(chat, "DELETE", f"/v1/templates/{ids[1]}", query="all_languages=true").status == 204
    assert ask(chat, "POST", "/v1/templates/sync").body == {"templates": 0, "gone": 0, "failed": []}
    chat.api.deps.templates.change(chat.tenant, ids[0], lambda t: replace(t, status="DISABLED"))
    refused = ask(chat, "DELETE", f"/v1/templates/{ids[0]}")
    assert (refused.status, refused.body["code"]) == (409, "template_disabled")


def test_a_paused_template_is_resumed(chat: Chat) -> None:
    template = made(chat)
    where = f"/v1/templates/{template['id']}/resume"
    assert ask(chat, "POST", where).body["code"] == "template_not_paused"
    chat.script(template={"id": template["id"], "event": "PAUSED"})
    assert ask(chat, "POST", "/v1/templates/sync").status == 200
    assert ask(chat, "POST", where).body["status"] == "APPROVED"


def test_a_draft_is_kept_mended_and_submitted_once(chat: Chat) -> None:
    kept = ask(chat, "POST", "/v1/template-drafts", {"name": "Spring Offer"})
    assert kept.status == 201
    assert {"template_name", "template_language", "template_category", "template_components"} == {
        fault["code"] for fault in kept.body["faults"]
    }
    where = f"/v1/template-drafts/{kept.body['id']}"
    assert ask(chat, "POST", f"{where}/submit").body["code"] == "template_refused"
    whole = {"name": "spring", "language": "en", "category": "MARKETING", "components": [BODY]}
    assert ask(chat, "PUT", where, whole).body["faults"] == []
    submitted = ask(chat, "POST", f"{where}/submit")
    assert (submitted.status, submitted.body["name"]) == (201, "spring")
    assert ask(chat, "GET", where).status == 404
    assert ask(chat, "GET", "/v1/template-drafts").body["items"] == []
    twin = ask(chat, "POST", "/v1/template-drafts", whole).body["id"]
    refused = ask(chat, "POST", f"/v1/template-drafts/{twin}/submit")
    assert (refused.status, refused.body["code"]) == (422, "provider_rejected")
    assert ask(chat, "POST", f"/v1/template-drafts/{twin}/submit").body["code"] == "provider_rejected"
    assert ask(chat, "DELETE", f"/v1/template-drafts/{twin}").status == 204


def test_a_draft_in_somebodys_hands_is_nobody_elses(chat: Chat) -> None:
    whole = {"name": "spring", "language": "en", "category": "MARKETING", "components": [BODY]}
    draft_id = ask(chat, "POST", "/v1/template-drafts", whole).body["id"]
    chat.api.deps.drafts.change(chat.tenant, draft_id, lambda d: replace(d, submitting_at=epoch_ms()))
    for method, path, body in (("POST", "/submit", None), ("PUT", "", whole)):
        refused = ask(chat, method, f"/v1/template-drafts/{draft_id}{path}", body)
        assert (refused.status, refused.body["code"]) == (409, "draft_being_submitted")


def test_a_template_that_was_made_without_an_answer_is_found_the_second_time(chat: Chat, kept: Kept) -> None:
    chat.script(templates={"review_seconds": 600})
    content = {"name": "spring", "language": "en", "category": "MARKETING", "components": [BODY]}
    made_once = kept.twice(chat.api, "/v1/templates", content, tenant=chat.tenant)
    assert made_once.status == 201
    assert [one.template_id for one in chat.api.deps.templates.all(chat.tenant)] == [made_once.body["id"]]
    other = {**content, "components": [{**BODY, "text": "Another sale is on now."}]}
    for body in (other, content):
        refused = ask(chat, "POST", "/v1/templates", body)
        assert (refused.status, refused.body["code"]) == (422, "provider_rejected"), "what is there is nobody's retry"


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_its_shape_it_is_known_again(chat: Chat, kept: Kept, shape: str) -> None:
    chat.script(templates={"review_seconds": 600})
    content = {"name": "shape", "language": "en", **SHAPES[shape]}
    assert kept.twice(chat.api, "/v1/templates", content, tenant=chat.tenant).status == 201


def test_a_retry_does_not_take_a_template_that_says_something_else(chat: Chat, kept: Kept) -> None:
    content = {"name": "spring", "language": "en", "category": "MARKETING", "components": [BODY]}
    assert ask(chat, "POST", "/v1/templates", content).status == 201
    other = {**content, "components": [{**BODY, "text": "Another sale is on now."}]}
    assert kept.twice(chat.api, "/v1/templates", other, tenant=chat.tenant).body["code"] == "provider_rejected"


def test_a_draft_whose_answer_was_lost_is_the_same_template_the_second_time(chat: Chat, kept: Kept) -> None:
    whole = {"name": "spring", "language": "en", "category": "MARKETING", "components": [BODY]}
    draft_id = ask(chat, "POST", "/v1/template-drafts", whole).body["id"]
    submitted = kept.twice(chat.api, f"/v1/template-drafts/{draft_id}/submit", tenant=chat.tenant)
    assert (submitted.status, submitted.body["name"]) == (201, "spring")
    assert ask(chat, "POST", f"/v1/template-drafts/{draft_id}/submit").status == 404, "to everybody else it is no more"


def test_a_draft_that_meta_took_without_an_answer_becomes_its_template(chat: Chat) -> None:
    """Whoever submits it again, a minute later, and by whatever key."""
    whole = {"name": "spring", "language": "en", "category": "MARKETING", "components": [BODY]}
    draft_id = ask(chat, "POST", "/v1/template-drafts", whole).body["id"]
    with answers_lost(chat):
        assert ask(chat, "POST", f"/v1/template-drafts/{draft_id}/submit").status == 503
    refused = ask(chat, "POST", f"/v1/template-drafts/{draft_id}/submit")
    assert refused.body["code"] == "draft_being_submitted"
    chat.api.deps.drafts.change(
        chat.tenant, draft_id, lambda d: replace(d, submitting_at=EpochMs(d.submitting_at - 60_000))
    )
    submitted = ask(chat, "POST", f"/v1/template-drafts/{draft_id}/submit")
    assert (submitted.status, submitted.body["name"]) == (201, "spring")
    assert ask(chat, "GET", f"/v1/template-drafts/{draft_id}").status == 404


def test_a_slow_meta_is_told_of_before_the_function_is_ended(chat: Chat) -> None:
    """Two calls in one request, of which neither is answered."""
    graph = chat.api.deps.graph
    assert isinstance(graph, SyncGraph)
    assert 2 * graph._seconds < 29


def test_what_meta_has_deleted_without_an_answer_is_deleted(chat: Chat) -> None:
    template = made(chat)
    with answers_lost(chat):
        assert ask(chat, "DELETE", f"/v1/templates/{template['id']}").status == 503
    assert ask(chat, "DELETE", f"/v1/templates/{template['id']}").status == 204
    assert ask(chat, "GET", f"/v1/templates/{template['id']}").body["status"] == "DELETED"
    kept_at_meta = made(chat, "other")
    chat.script(refuse={"operation": "message_templates", "method": "DELETE", "code": 100, "next": 1})
    refused = ask(chat, "DELETE", f"/v1/templates/{kept_at_meta['id']}")
    assert (refused.status, refused.body["code"]) == (422, "provider_rejected")


def test_drafts_have_a_bound_in_number_and_in_size(chat: Chat) -> None:
    deps = chat.api.deps
    for i in range(MOST_DRAFTS):
        deps.directory.put(chat.tenant, f"TPLD#{new_ulid()[:20]}{i:06d}", stored_draft())
    assert ask(chat, "POST", "/v1/template-drafts", {"name": "one_more"}).body["code"] == "too_many_drafts"
    large = {"components": [{"type": "BODY", "text": "x" * 31_000}]}
    assert ask(chat, "POST", "/v1/template-drafts", large).body["code"] == "draft_too_large"


def stored_draft() -> Any:
    return StoredDraft(new_ulid(), TemplateDraft("n", "en", "MARKETING", "POSITIONAL", []), created_by="m")


def test_a_duplicate_is_a_draft_in_another_language_without_the_samples(chat: Chat) -> None:
    template = made(chat, **SHAPES["image"])
    copy = ask(chat, "POST", f"/v1/templates/{template['id']}/duplicate", {"language": "es"})
    assert (copy.status, copy.body["language"], copy.body["name"]) == (201, "es", "promo")
    assert copy.body["copied_from"] == template["id"]
    assert [fault["code"] for fault in copy.body["faults"]] == ["sample_missing"]


def test_a_preview_shows_what_is_filled_and_says_what_is_not(chat: Chat) -> None:
    template = made(chat, **SHAPES["named"])
    where = f"/v1/templates/{template['id']}/preview"
    variables = {"body.first_name": {"source": "contact", "value": "name", "fallback": "friend"}}
    shown = ask(chat, "POST", where, {"variables": variables, "contact_id": chat.contact}).body
    assert shown["text"] == "Hello Ana, your order {{order}} is here."
    assert [problem["field"] for problem in shown["problems"]] == ["variables.body.order"]
    variables["body.order"] = "7"  # type: ignore[assignment]
    shown = ask(chat, "POST", where, {"variables": variables}).body
    assert (shown["text"], shown["problems"]) == ("Hello friend, your order 7 is here.", [])
    assert shown["components"][0]["text"] == shown["text"]
    gone = ask(chat, "POST", where, {"contact_id": "0" * 32})
    assert (gone.status, gone.body["field"]) == (404, "contact_id")


def test_a_test_reaches_nobody_who_said_no(chat: Chat) -> None:
    template = made(chat)
    ask(chat, "POST", f"/v1/contacts/{chat.contact}/opt-out", {"source": "phone"})
    test = {"template_id": template["id"], "phone_number_id": chat.number, "phone": chat.phone}
    before = len(chat.journal())
    refused = ask(chat, "POST", "/v1/template-tests", test)
    assert (refused.status, refused.body["code"]) == (409, "opted_out")
    assert len(chat.journal()) == before


def test_what_a_campaign_was_sent_with_is_known_after_the_template_changed(chat: Chat) -> None:
    template = made(chat)
    now = epoch_ms()
    sent = a_campaign(phone_number_id=chat.number, waba_id=chat.waba, template_id=template["id"], frozen_at=now)
    chat.api.deps.campaigns.create(chat.tenant, sent)
    other = replace(sent, campaign_id=CampaignId(new_ulid()), template_id="another")
    chat.api.deps.campaigns.create(chat.tenant, other)
    time.sleep(0.005)
    ask(chat, "PATCH", f"/v1/templates/{template['id']}", {"components": [{**BODY, "text": "Our sale ends soon."}]})
    later = replace(sent, campaign_id=CampaignId(new_ulid()), frozen_at=EpochMs(0))
    chat.api.deps.campaigns.create(chat.tenant, later)
    uses = ask(chat, "GET", f"/v1/templates/{template['id']}/campaigns").body["items"]
    assert {(use["id"], use["version"]) for use in uses} == {(later.campaign_id, 2), (sent.campaign_id, 1)}


def test_a_sync_keeps_what_only_we_know_and_takes_quality_from_the_list(chat: Chat) -> None:
    template = made(chat)
    chat.script(template={"id": template["id"], "quality": "YELLOW"})
    chat.api.deps.templates.change(
        chat.tenant, template["id"], lambda t: replace(t, edits=(EpochMs(5),), next_category="UTILITY")
    )
    ask(chat, "POST", "/v1/templates/sync")
    stored = chat.api.deps.templates.get(chat.tenant, template["id"])
    assert (stored.quality, stored.edits, stored.next_category, stored.version) == (
        "YELLOW", (EpochMs(5),), "UTILITY", 1,
    )  # fmt: skip


def test_a_sample_is_uploaded_and_its_handle_makes_a_template(chat: Chat) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
    media_id = library_file(chat, "image/png", png)
    sample = ask(chat, "POST", "/v1/template-samples", {"media_id": media_id})
    assert (sample.status, sample.body["format"]) == (201, "IMAGE"), sample.body
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [sample.body["handle"]]}}
    assert made(chat, components=[header, BODY])["status"] == "APPROVED"
    voice = library_file(chat, "audio/aac", b"\xff\xf1\x50\x80" + b"\x00" * 60)
    assert ask(chat, "POST", "/v1/template-samples", {"media_id": voice}).body["code"] in {
        "sample_type",
        "media_refused",
    }


def test_an_upload_that_breaks_off_goes_on_where_meta_says_it_was(chat: Chat) -> None:
    """Twice: the offset is asked for anew each time, and no byte is sent again that Meta has."""
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 92
    media_id = library_file(chat, "image/png", png)
    chat.script(uploads=[{"break_after": 10}, {"break_after": 25}])
    sample = ask(chat, "POST", "/v1/template-samples", {"media_id": media_id})
    assert (sample.status, sample.body["format"]) == (201, "IMAGE"), sample.body
    entries = chat.simulator.get("/_sim/journal").json()["entries"]
    ours = [entry for entry in entries if sample.body["handle"].removeprefix("4::") in entry["path"]]
    assert [(entry["method"], entry["status"]) for entry in ours] == [
        ("POST", 0), ("GET", 200), ("POST", 0), ("GET", 200), ("POST", 200),
    ]  # fmt: skip
    assert [entry["body"]["bytes"] for entry in ours if entry["method"] == "POST"] == [100, 90, 65]


def test_an_upload_that_always_breaks_off_can_be_tried_again(chat: Chat) -> None:
    media_id = library_file(chat, "image/png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 92)
    chat.script(uploads=[{"break_after": 10}] * 3)
    refused = ask(chat, "POST", "/v1/template-samples", {"media_id": media_id})
    assert (refused.status, refused.body["code"]) == (503, "temporarily_unavailable"), refused.body
    assert ask(chat, "POST", "/v1/template-samples", {"media_id": media_id}).status == 201


def library_file(chat: Chat, mime_type: str, data: bytes) -> str:
    announced = ask(chat, "POST", "/v1/media", {"filename": "a", "mime_type": mime_type, "size": len(data)}).body
    key = upload_key(chat.tenant, announced["id"])
    chat.api.s3.put_object(Bucket="data", Key=key, Body=data, ContentType=mime_type)
    return str(announced["id"])


# --- lists


def listed(api: Api, tenant: TenantId, **chosen: str) -> list[str]:
    """Names of what is shown, over all pages."""
    found: list[str] = []
    query = {"limit": "2", **chosen}
    while True:
        params = "&".join(f"{key}={value}" for key, value in query.items())
        answer = api.call("GET", "/v1/templates", tenant=tenant, query=params)
        assert answer.status == 200, answer.body
        found += [item["name"] for item in answer.body["items"]]
        if answer.body["next_cursor"] is None:
            return found
        query["cursor"] = answer.body["next_cursor"]


@pytest.fixture
def shelf(api: Api) -> TenantId:
    """Five templates of two accounts."""
    tenant = TenantId(new_ulid())
    rows = [
        ("1", "w1", "spring_sale", "en", "MARKETING", "APPROVED", "GREEN", "Spring is here", 500),
        ("2", "w1", "spring_sale", "es", "MARKETING", "REJECTED", "", "Ya es primavera, José", 100),
        ("3", "w1", "order_sent", "en", "UTILITY", "APPROVED", "YELLOW", "It is on its way", 300),
        ("4", "w2", "appointment", "pt_BR", "UTILITY", "PAUSED", "RED", "Amanhã", 200),
        ("5", "w2", "zero", "en", "AUTHENTICATION", "APPROVED", "", "", 400),
    ]
    for template_id, waba, name, language, category, status, quality, text, at in rows:
        body = [{"type": "BODY", "text": text}] if text else []
        api.deps.templates.put(
            tenant,
            Template(
                template_id, WabaId(waba), name, language, category, status, "POSITIONAL", body,
                quality=quality, updated_at=EpochMs(at),
            ),
        )  # fmt: skip
    return tenant


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({}, ["spring_sale", "spring_sale", "order_sent", "appointment", "zero"]),
        ({"name": "sale"}, ["spring_sale", "spring_sale"]),
        ({"q": "jose"}, ["spring_sale"]),
        ({"q": "order sent"}, ["order_sent"]),
        ({"category": "utility"}, ["order_sent", "appointment"]),
        ({"language": "pt-BR"}, ["appointment"]),
        ({"status": "APPROVED"}, ["spring_sale", "order_sent", "zero"]),
        ({"quality": "UNKNOWN"}, ["spring_sale", "zero"]),
        ({"category": "UTILITY", "status": "PAUSED"}, ["appointment"]),
        ({"sort": "name"}, ["appointment", "order_sent", "spring_sale", "spring_sale", "zero"]),
        ({"sort": "-name"}, ["zero", "spring_sale", "spring_sale", "order_sent", "appointment"]),
        ({"sort": "updated_at"}, ["spring_sale", "appointment", "order_sent", "zero", "spring_sale"]),
        ({"sort": "-updated_at", "status": "APPROVED"}, ["spring_sale", "zero", "order_sent"]),
        ({"q": "nowhere", "sort": "name"}, []),
    ],
)
def test_the_list_shows_what_is_chosen_in_the_order_asked_for(
    api: Api, shelf: TenantId, chosen: dict[str, str], names: list[str]
) -> None:
    assert listed(api, shelf, **chosen) == names


def test_a_cursor_of_one_order_is_none_of_another(api: Api, shelf: TenantId) -> None:
    by_name = api.call("GET", "/v1/templates", tenant=shelf, query="limit=2&sort=name").body["next_cursor"]
    wrong = api.call("GET", "/v1/templates", tenant=shelf, query=f"limit=2&sort=-name&cursor={by_name}")
    assert (wrong.status, wrong.body["field"]) == (422, "cursor")


def test_the_library_comes_in_pages_and_by_language(api: Api, shelf: TenantId) -> None:
    first = api.call("GET", "/v1/template-library", tenant=shelf, query="limit=3&language=pt")
    assert [item["language"] for item in first.body["items"]] == ["pt_BR"] * 3
    everything = api.call("GET", "/v1/template-library", tenant=shelf, query="limit=100").body
    assert {item["language"] for item in everything["items"]} == {"en", "ms", "id", "ar", "es", "pt_BR"}
    assert everything["next_cursor"] is None


def test_a_test_that_is_refused_names_its_place_and_leaves_nobody_behind(chat: Chat) -> None:
    body: Json = {"type": "BODY", "text": "Hello {{1}}, hi.", "example": {"body_text": [["Ana"]]}}
    template = made(chat, name="greeting", components=[body])
    test = {"template_id": template["id"], "phone_number_id": chat.number, "phone": "+34600111777"}

    def people() -> list[int]:
        return [len(ask(chat, "GET", path).body["items"]) for path in ("/v1/contacts", "/v1/conversations")]

    before = people()
    for wrong, place in (({"template_id": "4711"}, "template_id"), ({"variables": {}}, "variables.body.1")):
        refused = ask(chat, "POST", "/v1/template-tests", {**test, "variables": {"body.1": "Ana"}, **wrong})
        assert (refused.body["code"] in ("not_found", "invalid_input"), refused.body["field"]) == (True, place)
    assert [error["field"] for error in refused.body["errors"]] == ["variables.body.1"]
    assert people() == before
    assert ask(chat, "POST", "/v1/template-tests", {**test, "variables": {"body.1": "Ana"}}).status == 201


def test_a_template_is_read_once_for_a_test_of_it(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was looked at before anybody became a contact is what is sent."""
    template, read = made(chat, name="once"), Templates.get
    asked_for: list[str] = []

    def get(self: Templates, tenant_id: TenantId, template_id: str) -> Template:
        asked_for.append(template_id)
        return read(self, tenant_id, template_id)

    monkeypatch.setattr(Templates, "get", get)
    test = {"template_id": template["id"], "phone_number_id": chat.number, "phone": chat.phone}
    assert ask(chat, "POST", "/v1/template-tests", test).status == 201
    assert asked_for == [template["id"]]


def test_an_edit_of_nothing_is_told_so(chat: Chat) -> None:
    """By the rule of the whole body, and not as if there were none."""
    refused = ask(chat, "PATCH", f"/v1/templates/{made(chat, name='still')['id']}", {})
    assert refused.body["errors"][0]["message"].startswith("name something to change")
