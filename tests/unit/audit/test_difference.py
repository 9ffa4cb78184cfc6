"""What an entry shows of a change, and that the table decides about every field that is stored."""

import dataclasses

import pytest

from functions.api.campaigns.costs.logic.rate_card import RateCard
from functions.api.contacts.imports.job import ImportJob
from shared.clock import from_rfc3339
from shared.domain.accounts.account import ApiKey, Member, Tenant
from shared.domain.accounts.invitation import Invitation
from shared.domain.accounts.operator import SupportAccess
from shared.domain.audit.difference import difference, join
from shared.domain.audit.entry import Difference
from shared.domain.audit.kinds import FIELDS, Kind, Show
from shared.domain.bots.bot import Bot
from shared.domain.campaigns.campaign import Campaign
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.conversations.inbox_settings import CannedReply, Label
from shared.domain.media.library import LibraryFile
from shared.domain.numbers.number import Number, Waba
from shared.domain.numbers.onboarding import Onboarding
from shared.domain.segments.segment import Segment
from shared.domain.templates.stored_draft import StoredDraft
from shared.domain.templates.template import Template
from shared.domain.webhooks.endpoint import WebhookEndpoint

TYPES: dict[Kind, type] = {
    Kind.TENANT: Tenant,
    Kind.MEMBER: Member,
    Kind.INVITATION: Invitation,
    Kind.API_KEY: ApiKey,
    Kind.ACCOUNT: Waba,
    Kind.NUMBER: Number,
    Kind.ONBOARDING: Onboarding,
    Kind.TEMPLATE: Template,
    Kind.TEMPLATE_DRAFT: StoredDraft,
    Kind.FIELD: ContactField,
    Kind.CONTACT: Contact,
    Kind.IMPORT: ImportJob,
    Kind.SEGMENT: Segment,
    Kind.CAMPAIGN: Campaign,
    Kind.RATE_CARD: RateCard,
    Kind.BOT: Bot,
    Kind.LABEL: Label,
    Kind.CANNED_REPLY: CannedReply,
    Kind.MEDIA: LibraryFile,
    Kind.WEBHOOK_ENDPOINT: WebhookEndpoint,
    Kind.SUPPORT_ACCESS: SupportAccess,
}
SECRET = ("token", "secret", "hash", "challenge", "password")
WORDS = ("text", "components", "content", "rules", "variables", "url", "email", "phone")
"""Of messages, or of people, or with a secret in it."""


@pytest.mark.parametrize("kind", Kind)
def test_the_table_decides_about_every_field(kind: Kind) -> None:
    assert set(FIELDS[kind]) == {field.name for field in dataclasses.fields(TYPES[kind])}


@pytest.mark.parametrize("kind", Kind)
def test_no_secret_and_no_words_are_shown(kind: Kind) -> None:
    shown = {name for name, show in FIELDS[kind].items() if show is Show.VALUE}
    assert {name for name in shown if name in WORDS or any(word in name for word in SECRET)} <= {"token_expires_at"}


def test_of_a_contact_no_value_is_shown() -> None:
    assert Show.VALUE not in FIELDS[Kind.CONTACT].values()


def test_only_what_changed_is_shown() -> None:
    before = {"name": "Shop", "country": "ES", "plan": "free", "revision": 1, "customer_id": "cus_1"}
    after = {"name": "Shop", "country": "PT", "plan": "free", "revision": 2, "customer_id": "cus_2"}
    assert difference(Kind.TENANT, before, after) == Difference({"country": "ES"}, {"country": "PT"}, ("customer_id",))


def test_what_is_new_has_no_before_and_what_is_gone_no_after() -> None:
    label = {"label_id": "1", "name": "Late", "colour": ""}
    assert difference(Kind.LABEL, None, label) == Difference({}, {"name": "Late"})
    assert difference(Kind.LABEL, label, None) == Difference({"name": "Late"}, {})


def test_what_was_empty_and_what_becomes_empty_is_none() -> None:
    assert difference(Kind.TENANT, {"language": ""}, {"language": "ms"}) == Difference(
        {"language": None}, {"language": "ms"}
    )
    assert difference(Kind.TENANT, {"language": "ms"}, {"language": ""}).after == {"language": None}
    assert difference(Kind.TENANT, {"language": ""}, {"language": None}) == Difference()


def test_fields_and_moments_are_as_the_api_shows_them() -> None:
    at = from_rfc3339("2026-11-30T16:00:00Z")
    assert difference(Kind.CAMPAIGN, {"state": "draft"}, {"state": "scheduled", "start_at": at}) == Difference(
        {"status": "draft", "start_at": None}, {"status": "scheduled", "start_at": "2026-11-30T16:00:00Z"}
    )
    assert difference(Kind.NUMBER, {"restricted_until": at}, {"restricted_until": 0}).after == {
        "restricted_until": None
    }


def test_what_is_long_is_named() -> None:
    assert difference(Kind.LABEL, {"name": "a"}, {"name": "a" * 999}) == Difference({}, {}, ("name",))


def test_a_field_of_a_later_release_is_named() -> None:
    assert difference(Kind.LABEL, {"secret": "a"}, {"secret": "b"}) == Difference({}, {}, ("secret",))


def test_of_two_changes_what_was_before_both_and_is_after_both() -> None:
    first = Difference({"status": "ok", "name": "a"}, {"status": "asked", "name": "b"})
    second = Difference({"status": "asked", "name": "b"}, {"status": "gone", "name": "a"}, ("token",))
    assert join(first, second) == Difference({"status": "ok"}, {"status": "gone"}, ("token",))
    assert join(Difference(), second) == second


def test_what_was_created_and_then_changed_was_not_there_before() -> None:
    created = Difference({}, {"name": "a"})
    assert join(created, Difference({"name": "a"}, {"name": "b"})) == Difference({}, {"name": "b"})
    assert join(Difference({"name": "a"}, {"name": "b"}), Difference({"name": "b"}, {})) == Difference({"name": "a"})
