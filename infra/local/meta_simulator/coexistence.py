"""Numbers that the WhatsApp Business app uses too: their contacts and history, asked for once (Meta, coexistence).

Webhooks: Meta, webhooks reference, history (three phases: to a day, to 90 days, to 180 days before the sign-up; files
of the last 14 days come by themselves, later) and smb_app_state_sync.
"""

import time
from collections.abc import Iterator

from . import chance
from .call import Call, Reply, ok
from .config import Json
from .errors import GraphError, required, webhook_error
from .inbound import metadata_of, wamid_of
from .media_store import sample
from .people import Person
from .simulator import Simulator
from .template_webhooks import tell
from .world import Number

_KINDS = ("smb_app_state_sync", "history")
_PHASES = ((0, 0.5), (1, 30.0), (2, 120.0))
"""Each with the age of its messages, in days."""
_DAY = 86_400


def post_app_data(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}/smb_app_data: each kind once after a sign-up, and within 24 hours of it."""
    if call.parameter("messaging_product") != "whatsapp":
        raise required("messaging_product")
    kind = call.parameter("sync_type")
    if kind not in _KINDS:
        raise GraphError(100, f"Param sync_type must be one of {', '.join(_KINDS)}.")
    if not number.on_biz_app:
        raise GraphError(100, "The phone number is not used by the WhatsApp Business app.")
    if number.sync_over:
        raise GraphError(2593108, "Synchronisation must be requested within 24 hours of onboarding.")
    if kind in number.synced:
        raise GraphError(2593107, "Synchronisation was requested already.")
    number.synced.add(kind)
    values = _history(sim, number) if kind == "history" else _book(sim, number)
    for value in values:
        tell(sim, number.waba_id, kind, {"messaging_product": "whatsapp", "metadata": metadata_of(number), **value})
    return ok({"messaging_product": "whatsapp", "request_id": f"request-{sim.world.count('app_data')}"})


def _people(sim: Simulator, number: Number) -> list[Person]:
    """Whom the app knows: as many as the number's script says, made up from its id."""
    business_id = sim.world.wabas[number.waba_id].business_id
    drawn = (chance.number(sim.config.seed, "app", number.id, str(at)) for at in range(number.app_people))
    return [sim.people.by_phone(business_id, f"346{one % 10**8:08d}") for one in drawn]


def _book(sim: Simulator, number: Number) -> Iterator[Json]:
    entries = [
        {
            "type": "contact",
            "contact": {"full_name": one.name, "first_name": one.name.split()[0], "phone_number": one.digits},
            "action": "add",
            "metadata": {"timestamp": str(int(time.time()) - 200 * _DAY)},
        }
        for one in _people(sim, number)
    ]
    yield {"state_sync": entries}


def _history(sim: Simulator, number: Number) -> Iterator[Json]:
    if number.history_declined:
        yield {"history": [{"errors": [webhook_error(2593109, "The business has not shared its chat history.")]}]}
        return
    people = _people(sim, number)
    files: list[Json] = []
    for phase, days in _PHASES:
        talks = {one.digits: _talk(sim, number, one, days) for one in people}
        if phase == 0:
            files = [_file(sim, number, talk[0]) for talk in talks.values()]
        threads = [{"id": digits, "messages": talk} for digits, talk in talks.items()]
        metadata = {"phase": phase, "chunk_order": 1, "progress": (phase + 1) * 100 // len(_PHASES)}
        yield {"history": [{"metadata": metadata, "threads": threads}]}
    if files:
        yield {"messages": files}


def _talk(sim: Simulator, number: Number, person: Person, days: float) -> list[Json]:
    """What somebody wrote, and the business's answer a minute later; the newest begin with a picture."""
    at = int(time.time() - days * _DAY)
    question: Json = {"type": "text", "text": {"body": "Is this still available?"}}
    if days < 1:
        question = {"type": "media_placeholder"}
    answer: Json = {"type": "text", "text": {"body": "Yes, it is."}}
    return [
        {
            "from": author,
            "id": _wamid(sim, person),
            "timestamp": str(moment),
            **said,
            "history_context": {"status": "READ"},
        }
        for author, moment, said in ((person.digits, at, question), (number.digits, at + 60, answer))
    ]


def _file(sim: Simulator, number: Number, place: Json) -> Json:
    """The message whose place the history kept."""
    mime_type, data = sample("image")
    media = sim.media.add(sim.world.new_id(), number.waba_id, mime_type, data)
    image = {"mime_type": media.mime_type, "sha256": media.sha256_base64, "id": media.id}
    return {**{key: place[key] for key in ("from", "id", "timestamp")}, "type": "image", "image": image}


def _wamid(sim: Simulator, person: Person) -> str:
    return wamid_of(person.digits, sim.config.seed, sim.world.count("wamid"))
