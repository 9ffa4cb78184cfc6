"""Script actions of people, and raw webhooks."""

import time

from .config import BadScript, Json
from .outbox import CHANGE, ENVELOPE, Update
from .people import Person
from .script_fields import Fields
from .simulator import Simulator
from .world import Number, digits_of


def _who(sim: Simulator, fields: Fields) -> tuple[Number, Person]:
    number = sim.world.number(fields.needed("phone_number_id"))
    business_id = sim.world.wabas[number.waba_id].business_id
    sender, user_id, name = fields.text("from"), fields.text("user_id"), fields.text("name")
    if user_id and not sender:
        return number, sim.people.by_user_id(business_id, user_id)
    if not digits_of(sender):
        raise BadScript("from must be a phone number (or give user_id)")
    return number, sim.people.by_phone(business_id, digits_of(sender), name)


def send_inbound(sim: Simulator, value: Json) -> Json:
    """One person sends one message at once: `text`, `button`, or any `message` in Meta's own shape."""
    fields = Fields("inbound", value)
    number, person = _who(sim, fields)
    text, button, message = fields.text("text"), fields.object("button"), fields.object("message")
    reply_to, seconds_ago = fields.text("reply_to"), fields.number("seconds_ago") or 0.0
    fields.done()
    if (bool(text) + (button is not None) + (message is not None)) != 1:
        raise BadScript("inbound needs exactly one of text, button, message")
    content: Json = {}
    if reply_to:
        content["context"] = {"from": number.digits, "id": reply_to}
    if text:
        content |= {"type": "text", "text": {"body": text}}
    elif button is not None:
        content |= {"type": "button", "button": button}
    elif message is not None:
        content |= {"type": "text"} | message
    wamid = sim.inbound.send(number, person, content, seconds_ago)
    return {"wamid": wamid, "wa_id": person.digits, "user_id": person.user_id}


def send_preference(sim: Simulator, value: Json) -> Json:
    """WhatsApp's own control: a person stops or resumes marketing messages (webhook `user_preferences`)."""
    fields = Fields("user_preferences", value)
    number, person = _who(sim, fields)
    choice = fields.needed("value")
    fields.done()
    waba = sim.world.wabas[number.waba_id]
    preference: Json = {
        "user_id": person.user_id,
        "detail": f"User requested to {choice} marketing messages",
        "category": "marketing_messages",
        "value": choice,
        "timestamp": int(time.time()),
    }
    if not person.hidden:
        preference["wa_id"] = person.digits
    change = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits, "phone_number_id": number.id},
        "contacts": [person.contact()],
        "user_preferences": [preference],
    }
    sim.outbox.add(Update(CHANGE, waba.id, change, field="user_preferences"))
    return {"wa_id": person.digits, "user_id": person.user_id}


def set_window(sim: Simulator, value: Json) -> Json:
    """Move a person's last message to `seconds_ago`, to open or close the 24-hour window."""
    fields = Fields("window", value)
    number, person = _who(sim, fields)
    seconds_ago = fields.number("seconds_ago") or 0.0
    fields.done()
    now = time.monotonic()
    sim.windows.opened(number.id, person.key, now - seconds_ago)
    return {"open": sim.windows.is_open(number.id, person.key, now)}


def send_raw(sim: Simulator, value: Json) -> Json:
    """Any change (`waba_id`, `field`, `value`) or any whole `envelope`, signed, with the next flush."""
    fields = Fields("webhook", value)
    envelope, waba_id = fields.object("envelope"), fields.text("waba_id")
    field, change = fields.text("field", "messages"), fields.object("value")
    fields.done()
    if envelope is not None:
        sim.outbox.add(Update(ENVELOPE, "", envelope))
    elif change is not None and waba_id:
        sim.outbox.add(Update(CHANGE, waba_id, change, field=field))
    else:
        raise BadScript("webhook needs envelope, or waba_id and value")
    return {"queued": True}
