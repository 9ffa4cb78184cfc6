"""What a webhook says of consent, taken out of it so that it need not wait behind all else that people write. Pure.

It is said a second time: the message or event itself goes its ordinary way as well, and whoever handles it finds the
consent recorded. What cannot be handled is heard by `overheard`, before it is put aside.
"""

from collections.abc import Iterator, Mapping

from functions.webhook_ingest.json_input import Json, as_list, as_object, word
from functions.webhook_ingest.messages.logic.consent import consent_of
from functions.webhook_ingest.receive.routing import PREFERENCES, Routed, Split, finder
from shared.queue_messages import AccountEvent, ConsentSaid

_LONGEST_NAME = 1_000
"""Characters of an identity, id, time or name that are passed on; Meta's are far shorter."""
_PREFERENCE = ("wa_id", "user_id", "value", "category", "timestamp")


def consent_said(found: Split) -> Iterator[ConsentSaid]:
    """One for each message that is a no or a yes, and for each choice in WhatsApp's own control."""
    for routed in found.inbound:
        if (said := _in_words(routed)) is not None:
            yield said
    for event in found.events:
        if event.field == PREFERENCES:
            yield from _in_settings(event)


def _in_words(routed: Routed) -> ConsentSaid | None:
    message = routed.message.message
    if routed.message.echo or word(message, "group_id") or (said := consent_of(message)) is None:
        return None
    return ConsentSaid(
        received_at=routed.message.received_at,
        phone_number_id=routed.message.phone_number_id,
        word=said,
        message=known_words(message, ("from", "from_user_id", "id", "timestamp")),
        contact=known_contact(routed.message.contact),
    )


def _in_settings(event: AccountEvent) -> Iterator[ConsentSaid]:
    preferences = as_list(event.value.get("user_preferences"))
    find = finder(event.value, preferences, ("user_id", "wa_id"))
    for chosen in map(as_object, preferences):
        if preference := known_words(chosen, _PREFERENCE):
            yield ConsentSaid(
                received_at=event.received_at,
                waba_id=event.waba_id,
                preference=preference,
                contact=known_contact(find(chosen)),
            )


def known_contact(described: Mapping[str, object]) -> Json:
    """What says who somebody is, of an entry of `contacts`."""
    profile = known_words(as_object(described.get("profile")), ("name", "username"))
    return known_words(described, ("wa_id", "user_id", "username")) | ({"profile": profile} if profile else {})


def known_words(source: Mapping[str, object], keys: tuple[str, ...]) -> Json:
    """Those of the texts under these keys that are there, and no longer than Meta's are."""
    return {key: text for key in keys if 0 < len(text := word(source, key)) <= _LONGEST_NAME}
