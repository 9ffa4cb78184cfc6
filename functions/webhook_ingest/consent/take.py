"""Hearing a no (or a yes) at once, whatever else waits to be handled.

Everything here may run twice, and runs once more with the message itself: who the person is and the event's id follow
from the same facts in both places, so whichever comes second finds it recorded.
"""

from dataclasses import dataclass

from functions.webhook_ingest.claimed_time import claimed_time, credible
from functions.webhook_ingest.json_input import word
from functions.webhook_ingest.people.identification import Identification, Person
from functions.webhook_ingest.people.logic.identity import Identities, sender_of
from functions.webhook_ingest.people.logic.preference import preference_of
from functions.webhook_ingest.people.owners import Owners
from shared.clock import EpochMs
from shared.domain.contacts.consent_words import ConsentWord
from shared.ids import TenantId
from shared.observability import count
from shared.queue_messages import ConsentSaid


@dataclass(frozen=True, slots=True)
class ConsentParts:
    owners: Owners
    people: Identification


def take_consent(parts: ConsentParts, said: ConsentSaid, now: EpochMs) -> None:
    """Does nothing about what belongs to no tenant or names nobody: the message or event itself is parked for that. Nor
    about what says no time: only the stored message tells whether that was heard before.

    Contacts that turn out to be one person all get the no; to merge them is left to the message's own handling.
    """
    claimed = _choice(parts, said, now) if said.preference else _words(parts, said, now)
    if not claimed:
        count("ConsentUnclaimed")


def _words(parts: ConsentParts, said: ConsentSaid, now: EpochMs) -> bool:
    """Whether it was said to a tenant, by somebody, at some time."""
    tenant_id = parts.owners.tenant_of(said.phone_number_id, now) if said.phone_number_id else None
    # What could not be handled may name no number, or one that is not connected; its account says whose it is.
    tenant_id = tenant_id or parts.owners.tenant_of_account(said.waba_id)
    who = sender_of(said.message, said.contact)
    at = claimed_time(said.message, said.received_at)
    if tenant_id is None or not who or at is None or said.word not in ("stop", "start"):
        return False
    word_said: ConsentWord = "stop" if said.word == "stop" else "start"
    person = parts.people.find(tenant_id, who, at)
    news = parts.people.hear(tenant_id, person, word_said, word(said.message, "id"), at, now)
    _note(parts, tenant_id, person, who, at, now, opted_out=word_said == "stop", news=news)
    return True


def _choice(parts: ConsentParts, said: ConsentSaid, now: EpochMs) -> bool:
    tenant_id = parts.owners.tenant_of_account(said.waba_id)
    chosen = preference_of(said.preference, said.contact)
    at = credible(chosen.at, said.received_at) if chosen is not None else None
    if tenant_id is None or chosen is None or at is None:
        return False
    person = parts.people.find(tenant_id, chosen.who, at)
    news = parts.people.choose(tenant_id, person, chosen, said.waba_id, at, now)
    _note(parts, tenant_id, person, chosen.who, at, now, opted_out=chosen.opted_out, news=news)
    return True


def _note(
    parts: ConsentParts,
    tenant_id: TenantId,
    person: Person,
    who: Identities,
    at: EpochMs,
    now: EpochMs,
    *,
    opted_out: bool,
    news: bool,
) -> None:
    parts.people.introduce(tenant_id, person, who, at, now)
    if news:
        count("OptOut" if opted_out else "OptIn")
