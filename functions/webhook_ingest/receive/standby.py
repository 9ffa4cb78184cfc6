"""What others write for the business: its WhatsApp Business app, and Meta's Business Agent. Pure; never raises.

While the agent has a conversation, we only listen: what people write and what it answers come as `standby`, and
`messaging_handovers` says that the conversation changes hands (Meta, standby webhooks, 4 Aug 2026). An agent's message
stands in an object of its own, and a handover has no metadata (both seen in real webhooks, Sep 2026).
"""

from functions.webhook_ingest.json_input import Json, as_list, as_object, constant, identifier, word
from functions.webhook_ingest.receive.routing import ADDRESSEE, SENDER, Parked, Split, finder, routed
from functions.webhook_ingest.receive.status_rows import slimmer
from shared.clock import EpochMs
from shared.ids import PhoneNumberId

STANDBY, HANDOVERS = frozenset({"standby", "message_echoes"}), "messaging_handovers"
_CONTROL = ("control_passed", "control_taken")


def add_echoes(found: Split, value: Json, received_at: EpochMs, *, standby: bool = False) -> None:
    """What was written for the business: in order with what it answers. An agent's if `standby`."""
    phone_number_id = PhoneNumberId(identifier(as_object(value.get("metadata")), "phone_number_id"))
    echoes = as_list(value.get("message_echoes"))
    if not phone_number_id or not echoes:
        found.parked.append(Parked("echoes without a number or a list", value))
        return
    flat = [_flat(item) if isinstance(item, dict) else None for item in echoes]
    find = finder(value, [echo for echo in flat if echo], ADDRESSEE)
    for item, echo in zip(echoes, flat, strict=True):
        if echo is not None:
            found.inbound.append(routed(phone_number_id, echo, find, received_at, echo=True, standby=standby))
        else:
            found.parked.append(Parked("message_echoes entry not understood", {**value, "message_echoes": [item]}))


def _flat(echo: Json) -> Json:
    inner = as_object(echo.get("message"))
    if not inner:
        return echo
    flat = {**inner, **{key: item for key, item in echo.items() if key != "message"}}
    # The envelope of a request, in which `recipient` holds what `to` does not.
    recipient = flat.pop("recipient", None)
    flat.pop("recipient_type", None)
    flat.pop("messaging_product", None)
    return flat if word(flat, "to") or recipient is None else {**flat, "to": recipient}


def add_standby(found: Split, value: Json, received_at: EpochMs) -> dict[PhoneNumberId, list[list[object]]]:
    """A conversation that Meta's Business Agent has: what people write to it, what it answers; returns how far that
    gets, as rows by phone number id."""
    standby = {key: item for key, item in value.items() if key != "standby"} | as_object(value.get("standby"))
    phone_number_id = PhoneNumberId(identifier(as_object(standby.get("metadata")), "phone_number_id"))
    messages, statuses = (as_list(standby.get(key)) for key in ("messages", "statuses"))
    slim = slimmer(standby, statuses, received_at)
    rows = [row for item in statuses if (row := slim(item)) is not None]
    people = [item for item in messages if isinstance(item, dict)]
    echoes = as_list(standby.get("message_echoes"))
    if not phone_number_id or not (people or rows or echoes) or len(people) + len(rows) < len(messages + statuses):
        found.parked.append(Parked("a standby webhook that is not understood", value))
    if not phone_number_id:
        return {}
    find = finder(standby, people)
    for item in people:
        # A millisecond apart, so that their order is known.
        received = EpochMs(received_at + len(found.inbound))
        found.inbound.append(routed(phone_number_id, item, find, received, standby=True))
    if echoes:
        add_echoes(found, standby, received_at, standby=True)
    return {phone_number_id: rows} if rows else {}


def add_handover(found: Split, value: Json, received_at: EpochMs) -> None:
    """A conversation changes hands: a line in it, as if WhatsApp had written it. The number is the `recipient`, the
    person the `sender`."""
    sender, sources = (
        as_object(value.get("sender")),
        (as_object(value.get("metadata")), as_object(value.get("recipient"))),
    )
    phone_number_id = PhoneNumberId(
        next(filter(None, (identifier(source, "phone_number_id") for source in sources)), "")
    )
    stated = constant(value, "type").lower()
    form = next(filter(None, (stated, *(key for key in _CONTROL if key in value))), "")
    if not phone_number_id or not form:
        found.parked.append(Parked("a handover without a number or a kind", value))
        return
    context = {"conversation_context": value["conversation_context"]} if "conversation_context" in value else {}
    line: Json = {
        "from": word(sender, "phone_number") or word(sender, "wa_id"),
        "from_user_id": word(sender, "user_id"),
        "timestamp": value.get("timestamp"),
        "type": "system",
        "system": {"type": form, form: context | as_object(value.get(form))},
    }
    found.inbound.append(routed(phone_number_id, line, finder(value, [line], SENDER), received_at, standby=True))
