"""Whatever arrives: the receiver answers, every consumer goes on, what nobody understands is put aside with a reason.

Real examples of all that Meta sends are changed where it hurts, and go all the way through.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.api.contacts.models import ContactOut
from functions.api.inbox.models import ConversationOut, MessageOut
from functions.api.numbers.notice_models import NoticeOut
from functions.webhook_ingest.receive_handler import MAX_BODY_BYTES
from shared.clock import epoch_ms
from shared.domain.templates.template import Template
from shared.store.engine.database import Database
from tests.support.ingest import Ingest, ingesting
from tests.support.junk import JUNK, places
from tests.support.meta_webhooks import CHANGES, TEMPLATE
from tests.support.webhook_payloads import DISPLAY, PHONE_ID, TENANT, WABA, Json, envelope, wire


@pytest.fixture(scope="module")
def ingest(database: Database) -> Iterator[Ingest]:
    """One tenant, whose template the examples speak of."""
    with ingesting(database) as made:
        made.add_tenant(TENANT, WABA, PHONE_ID, DISPLAY)
        body = {"type": "BODY", "text": "Hello {{1}}"}
        template = Template(
            str(TEMPLATE["message_template_id"]), WABA, "x", "en_US", "UTILITY", "PENDING", "POSITIONAL", [body]
        )
        made.deps.templates.put(TENANT, template)
        yield made


def take(ingest: Ingest, document: object) -> list[str]:
    """Deliver a document and do all that follows; the reasons for which anything of it was put aside."""
    ingest.bucket.objects.clear()
    body = wire(document)
    assert ingest.receive(body) == (200 if len(body) <= MAX_BODY_BYTES else 413)
    ingest.work_off()
    reasons = [parked["reason"] for parked in ingest.bucket.under("parked/")]
    assert all(reasons)
    return reasons


def shown(ingest: Ingest) -> None:
    """All that the API would show of it can be shown: strict JSON, no surrogates, no NaN."""
    deps, now = ingest.deps, epoch_ms()
    answers: list[Any] = [NoticeOut.of(one) for one in deps.notices.page(TENANT, 50, None).items]
    for conversation in deps.conversations.page(TENANT, 20, None, now).items:
        answers.append(ConversationOut.of(conversation, now))
        page = deps.conversations.messages.page(TENANT, conversation.conversation_id, 20, None)
        answers += [MessageOut.of(message) for message in page.items]
        contact = deps.contacts.get(TENANT, conversation.contact_id)
        answers += [ContactOut.of(contact, ())] if contact is not None else []
    for answer in answers:
        json.loads(json.dumps(json.loads(answer.model_dump_json()), allow_nan=False).encode())


HUGE = ["x" * 300_000, "\u00e9" * 1_500, "wamid.#\u2603", "\x00", "9" * 200, "US." + "1" * 3_000, [[[[]]]] * 50]


@dataclass(frozen=True, slots=True)
class Huge:
    """One of HUGE, which nobody wants to read in a failure."""

    index: int


Damage = tuple[str, int, int, object]
DAMAGE = st.tuples(
    st.sampled_from(["replace", "drop", "double", "rename", "retype", "borrow"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    JUNK | st.builds(Huge, st.integers(0, len(HUGE) - 1)),
)


def damaged(document: Json, damage: Damage) -> None:
    """Change a document in place, so that most of its structure remains."""
    how, here, there, junk = damage
    found = places(document)
    if not found:
        return
    container, key = found[here % len(found)]
    value = container[key]
    if how == "replace":
        container[key] = copy.deepcopy(HUGE[junk.index]) if isinstance(junk, Huge) else junk
    elif how == "drop":
        del container[key]
    elif how == "double":
        container[key] = [value, copy.deepcopy(value)]
    elif how == "rename" and isinstance(container, dict):
        container[f"new_{key}"] = container.pop(key)
    elif how == "retype":
        container[key] = int(value) if isinstance(value, str) and value.isdecimal() else str(value)
    elif how == "borrow":
        source, name = found[there % len(found)]
        container[key] = copy.deepcopy(source[name])


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: str(change["field"]))
def test_every_example_is_taken(ingest: Ingest, change: Json) -> None:
    take(ingest, envelope(copy.deepcopy(change), time=1739321024))
    shown(ingest)


def test_all_examples_in_one_post_are_taken(ingest: Ingest) -> None:
    take(ingest, envelope(*copy.deepcopy(CHANGES), time=1739321024))
    shown(ingest)


@given(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3), st.lists(DAMAGE, min_size=1, max_size=4))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_that_is_damaged_stops_a_queue(ingest: Ingest, changes: list[Json], damage: list[Damage]) -> None:
    document = envelope(*copy.deepcopy(changes), time=1739321024)
    for one in damage:
        damaged(document, one)
    take(ingest, document)
    shown(ingest)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"object": "page"}, "not a WhatsApp Business webhook"),
        (envelope({"field": "messages"}), "change without field or value"),
        (envelope({"field": "messages", "value": {"messages": []}}), "no phone number id"),
        (envelope({"field": "account_update", "value": {}}, waba_id="x" * 3_000), "unknown WhatsApp Business account"),
    ],
)
def test_what_nobody_understands_is_put_aside_with_a_reason(ingest: Ingest, document: Json, reason: str) -> None:
    (told,) = take(ingest, document)
    assert reason in told
