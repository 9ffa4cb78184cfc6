"""POST /{phone_number_id}/messages and /marketing_messages."""

import json
import time

from . import chance
from .call import Call, Reply, ok
from .config import Json
from .errors import GraphError, required
from .faults import Verdict
from .inbound import wamid_of
from .life import Accepted
from .message_rules import Envelope, check_content, check_envelope, has_broken_link
from .people import Person
from .simulator import Simulator
from .spellings import account_id_of, line_of
from .template_send import check_components
from .world import Number, Template, Waba, same_language

_BEFORE = ("reset_before_accept", "error_before_accept", "storm_130429")


def post_messages(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}/messages: send, or mark an inbound message as read (with a typing indicator)."""
    if "status" in call.body:
        return _mark_read(sim, call)
    return _send(sim, call, number, marketing=False)


def post_marketing_messages(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}/marketing_messages: marketing templates only."""
    return _send(sim, call, number, marketing=True)


def _mark_read(sim: Simulator, call: Call) -> Reply:
    body = call.body
    if body.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    if body["status"] != "read":
        raise GraphError(100, "Param status must be one of {READ}.")
    typing = body.get("typing_indicator")
    if typing is not None and typing != {"type": "text"}:
        raise GraphError(100, "Param typing_indicator['type'] must be one of {TEXT}.")
    if body.get("message_id") is None:
        raise required("message_id")
    if not isinstance(body["message_id"], str) or body["message_id"] not in sim.inbound.wamids:
        raise GraphError(131009, "Param message_id is not the id of a message that was received.")
    sim.counters["marked_read"] += 1
    return ok({"success": True})


def _send(sim: Simulator, call: Call, number: Number, *, marketing: bool) -> Reply:
    call.to = str(call.body.get("to") or call.body.get("recipient") or "")
    callback = call.body.get("biz_opaque_callback_data")
    call.callback = callback if isinstance(callback, str) else ""
    verdict = sim.faults.draw(number.id, call.to)
    call.fault = verdict.name or ("slow" if verdict.delay_seconds else "")
    if verdict.name in _BEFORE:
        return _refuse(verdict)
    reply = ok(_accept(sim, call, number, marketing=marketing))
    call.accepted = True
    sim.counters["accepted"] += 1
    reply.delay_seconds = verdict.delay_seconds
    if verdict.name == "accept_then_reset":
        reply.reset = True
    elif verdict.name == "accept_then_500":
        failed = _failure(verdict, 1)
        failed.delay_seconds = verdict.delay_seconds
        return failed
    return reply


def _refuse(verdict: Verdict) -> Reply:
    if verdict.name == "storm_130429":
        raise GraphError(130429, "Cloud API message throughput has been reached.")
    if verdict.name == "reset_before_accept":
        return Reply(0, b"", reset=True, delay_seconds=verdict.delay_seconds)
    reply = _failure(verdict, 131000)
    reply.delay_seconds = verdict.delay_seconds
    return reply


def _failure(verdict: Verdict, code: int) -> Reply:
    if verdict.plain:
        return Reply(502, b"<html><body>Bad Gateway</body></html>", "text/html")
    error = GraphError(verdict.code or code)
    status = error.http_status if verdict.name == "error_before_accept" else max(500, error.http_status)
    return Reply(status, json.dumps(error.body("AfaultAfaultAfaultAfault")).encode())


def _accept(sim: Simulator, call: Call, number: Number, *, marketing: bool) -> Json:
    body = call.body
    envelope = check_envelope(body)
    waba = sim.world.wabas[number.waba_id]
    template = _check_body(sim, body, envelope, waba, marketing=marketing)
    _check_account(waba, number, template)
    person = _recipient(sim, waba, envelope)
    if person.digits == number.digits:
        raise GraphError(131021, "The recipient's phone number is the sender's.")
    now = time.monotonic()
    in_window = sim.windows.is_open(number.id, person.key, now)
    if template is None and not in_window:
        raise GraphError(
            131047,
            "Message failed to send because more than 24 hours have passed since the customer last replied to this "
            "number.",
        )
    _check_limits(sim, waba, number, person, now, opens=not in_window)
    wamid = wamid_of(person.digits, sim.config.seed, sim.world.count("wamid"))
    call.wamid = wamid
    held = (
        template is not None
        and template.category != "AUTHENTICATION"
        and chance.fraction(sim.config.seed, "hold", person.key) < sim.config.statuses.held_share
    )
    sim.life.begin(
        Accepted(
            wamid,
            waba,
            number,
            person,
            bool(envelope.user_id),
            envelope.type,
            envelope.callback,
            _pricing(sim, waba, number, template, marketing=marketing),
            _quick_replies(template, body) if template else [],
            held,
            has_broken_link(body),
        )
    )
    message: Json = {"id": wamid}
    if template is not None:
        message["message_status"] = "held_for_quality_assessment" if held else "accepted"
    contact = {"input": envelope.given}
    contact |= {"user_id": person.user_id} if envelope.user_id else {"wa_id": person.digits}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _check_body(sim: Simulator, body: Json, envelope: Envelope, waba: Waba, *, marketing: bool) -> Template | None:
    if envelope.type != "template":
        if marketing:
            raise GraphError(100, "Marketing messages must be of type template.")
        check_content(envelope.type, body, sim.media.ids_of(waba.id))
        return None
    template = _find_template(waba, body["template"])
    if marketing:
        _check_marketing(body, template, waba)
    if not marketing and template.category == "MARKETING" and waba.marketing_off_cloud_api:
        raise GraphError(131063, "Send marketing templates through the marketing messages endpoint.")
    if envelope.user_id and template.category == "AUTHENTICATION":
        raise GraphError(131062, "Authentication templates cannot be sent to a business-scoped user ID.")
    now_ms = round(time.time() * 1000)
    check_components(template.spec, body["template"].get("components"), sim.media.ids_of(waba.id), now_ms)
    return template


def _check_marketing(body: Json, template: Template, waba: Waba) -> None:
    if waba.marketing_refusal:
        raise GraphError(waba.marketing_refusal)
    if template.category != "MARKETING":
        raise GraphError(131055, "The marketing messages endpoint only takes marketing templates.")
    policy = body.get("product_policy", "CLOUD_API_FALLBACK")
    if policy not in ("CLOUD_API_FALLBACK", "STRICT"):
        raise GraphError(100, "Param product_policy must be one of {CLOUD_API_FALLBACK, STRICT}.")
    if policy == "STRICT" and not waba.mm_onboarded:
        raise GraphError(134102, "The account is not onboarded to the Marketing Messages API.")


def _find_template(waba: Waba, wanted: object) -> Template:
    if not isinstance(wanted, dict):
        raise GraphError(100, "Param template must be a JSON object.")
    name, language = wanted.get("name"), wanted.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not isinstance(name, str) or not name:
        raise GraphError(131008, "The parameter template['name'] is required.")
    if not isinstance(code, str) or not code:
        raise GraphError(131008, "The parameter template['language']['code'] is required.")
    template = waba.templates.get((name, same_language(code)))
    if template is not None and template.status == "PAUSED":
        raise GraphError(132015, f"template name ({name}) is paused due to low quality")
    if template is not None and template.status == "DISABLED":
        raise GraphError(132016, f"template name ({name}) is disabled")
    if template is None or template.status != "APPROVED":
        raise GraphError(132001, f"template name ({name}) does not exist in {code}")
    return template


def _check_account(waba: Waba, number: Number, template: Template | None) -> None:
    if not number.registered:
        raise GraphError(133010, "The phone number is not registered on the WhatsApp Business Platform.")
    if number.maintenance:
        raise GraphError(131057, "The account is in maintenance mode, for example for a throughput upgrade.")
    if waba.banned:
        raise GraphError(131031, "The account is disabled.")
    if waba.restriction and (template is not None or "CUSTOMER" in waba.restriction):
        raise GraphError(368, f"The account is restricted: {waba.restriction}.")


def _recipient(sim: Simulator, waba: Waba, envelope: Envelope) -> Person:
    if envelope.user_id:
        return sim.people.by_user_id(waba.business_id, envelope.user_id)
    digits = account_id_of(line_of(envelope.digits)) if sim.config.wa_id_quirks else envelope.digits
    return sim.people.by_phone(waba.business_id, digits)


def _check_limits(sim: Simulator, waba: Waba, number: Number, person: Person, now: float, *, opens: bool) -> None:
    rules = sim.config.limits
    limit = number.throughput_per_second or rules.throughput_per_second
    if number.throughput.used(now) >= limit:
        raise GraphError(130429, "Cloud API message throughput has been reached.")
    sim.limits.check_pair(rules, number.id, person.key, now)
    if opens:
        people = rules.messaging_limit if waba.messaging_limit is None else waba.messaging_limit
        sim.limits.check_people(people, waba.id, person.key, now)
    number.throughput.add(now)
    sim.limits.count(rules, waba.id, number.id, person.key, now, opens=opens)


def _pricing(sim: Simulator, waba: Waba, number: Number, template: Template | None, *, marketing: bool) -> Json:
    kind = "regular"
    if template is None:
        category = "service"
        number.service_messages += 1
        if number.service_messages <= sim.config.limits.free_service_messages:
            kind = "free_customer_service"
    elif marketing and waba.mm_onboarded:
        category = "marketing_lite"
    else:
        category = template.category.lower()
    return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": category}


def _quick_replies(template: Template, body: Json) -> list[tuple[str, str]]:
    payloads = {}
    for component in body["template"].get("components") or ():
        kinds = (str(component.get("type")).lower(), str(component.get("sub_type")).lower())
        if kinds == ("button", "quick_reply"):
            payloads[str(component["index"])] = component["parameters"][0]["payload"]
    return [(payloads.get(str(at), text), text) for at, text in template.spec.quick_replies()]
