"""Script actions on accounts, numbers and templates, with the webhooks Meta sends about them."""

import time

from .config import BadScript, Json
from .errors import missing_object
from .script_fields import Fields
from .simulator import Simulator
from .template_rules import check_category
from .template_webhooks import category_changed, quality_changed, status_changed, tell
from .world import SCOPES, Number, Template, Waba, same_language

_PAUSES = ("FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE")


def create_waba(sim: Simulator, value: Json) -> Json:
    """A WABA with its numbers and a signup code. `connected` makes it ready to send and gives its token at once."""
    fields = Fields("create_waba", value)
    waba_id = fields.text("waba_id") or sim.world.new_id()
    if waba_id in sim.world.wabas:
        raise BadScript(f"create_waba: {waba_id} exists")
    waba = Waba(
        waba_id, fields.text("name", f"Business {waba_id[-4:]}"), fields.text("business_id") or sim.world.new_id()
    )
    code = fields.text("code") or f"code-{waba_id}"
    connected = bool(fields.flag("connected"))
    waba.subscribed = bool(fields.flag("subscribed")) or connected
    waba.messaging_limit = fields.whole("messaging_limit")
    waba.mm_onboarded = fields.flag("mm_onboarded") is not False
    waba.marketing_off_cloud_api = bool(fields.flag("disable_marketing_messages_on_cloud_api"))
    numbers = [_new_number(sim, waba, item, connected=connected) for item in fields.objects("phone_numbers") or [{}]]
    fields.done()
    sim.world.wabas[waba_id] = waba
    sim.world.codes[code] = {waba_id}
    for number in numbers:
        sim.world.numbers[number.id] = number
        waba.number_ids.append(number.id)
    answer: Json = {
        "waba_id": waba_id,
        "business_id": waba.business_id,
        "code": code,
        "phone_numbers": [{"id": number.id, "display_phone_number": number.display_phone_number} for number in numbers],
    }
    if connected:
        answer["access_token"] = sim.world.issue_token({waba_id}, int(time.time())).value
    return answer


def _new_number(sim: Simulator, waba: Waba, value: Json, *, connected: bool) -> Number:
    fields = Fields("create_waba.phone_numbers", value)
    number_id = fields.text("id") or sim.world.new_id()
    if number_id in sim.world.numbers:
        raise BadScript(f"create_waba: phone number {number_id} exists")
    count = sim.world.count("phone")
    display = fields.text("display_phone_number") or f"+1 555-{100 + count // 10_000 % 900}-{count % 10_000:04d}"
    number = Number(number_id, waba.id, display, fields.text("verified_name") or waba.name)
    number.throughput_per_second = fields.whole("throughput_per_second")
    number.on_biz_app = bool(fields.flag("is_on_biz_app"))
    number.registered = bool(fields.flag("registered")) or connected or number.on_biz_app
    number.status = "CONNECTED" if number.registered else "PENDING"
    fields.done()
    return number


def create_code(sim: Simulator, value: Json) -> Json:
    """A further signup code for one or more WABAs."""
    fields = Fields("create_code", value)
    waba_id, code = fields.needed("waba_id"), fields.text("code")
    scopes, expires_at = fields.text("scopes"), fields.whole("token_expires_at") or 0
    expired = fields.flag("expired")
    fields.done()
    code = code or f"code-{waba_id}-{sim.world.count('code')}"
    sim.world.codes[code] = {sim.world.waba(waba_id).id}
    sim.world.granted[code] = tuple(scopes.split(",")) if scopes else SCOPES, expires_at
    if expired:
        sim.world.expired_codes.add(code)
    return {"code": code}


def change_waba(sim: Simulator, value: Json) -> Json:
    """Limits, restrictions, bans and removal of a WABA."""
    fields = Fields("waba", value)
    waba = sim.world.waba(fields.needed("id"))
    limit = fields.whole("messaging_limit")
    if limit is not None:
        waba.messaging_limit = limit
        tell(sim, waba.id, "business_capability_update", {"max_daily_conversations_per_business": limit or -1})
    onboarded, off = fields.flag("mm_onboarded"), fields.flag("disable_marketing_messages_on_cloud_api")
    waba.mm_onboarded = waba.mm_onboarded if onboarded is None else onboarded
    waba.marketing_off_cloud_api = waba.marketing_off_cloud_api if off is None else off
    subscribe_refused, ignored = fields.flag("subscribe_refused"), fields.flag("subscribe_ignored")
    waba.subscribe_refused = waba.subscribe_refused if subscribe_refused is None else subscribe_refused
    waba.subscribe_ignored = waba.subscribe_ignored if ignored is None else ignored
    refusal = fields.whole("marketing_messages_refusal")
    waba.marketing_refusal = waba.marketing_refusal if refusal is None else refusal
    restriction, expiration = fields.text("restriction"), fields.whole("expiration")
    if restriction:
        _restrict(sim, waba, restriction, expiration or int(time.time()) + 86_400)
    ban = fields.text("ban")
    if ban:
        waba.banned = ban == "DISABLE"
        info = {"waba_ban_state": ban, "waba_ban_date": time.strftime("%B %d, %Y", time.gmtime())}
        tell(sim, waba.id, "account_update", {"event": "DISABLED_UPDATE", "ban_info": info})
    if fields.flag("revoke_token"):
        _revoke(sim, waba)
    if fields.flag("expire_token"):
        _end_tokens(sim, waba)
    fields.done()
    return {"id": waba.id}


def _restrict(sim: Simulator, waba: Waba, restriction: str, expiration: int) -> None:
    if restriction == "NONE":
        waba.restriction = ""
        return
    waba.restriction = restriction
    info = [{"restriction_type": restriction, "expiration": expiration}]
    tell(sim, waba.id, "account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": info})


def _revoke(sim: Simulator, waba: Waba) -> None:
    info = {"waba_id": waba.id, "owner_business_id": waba.business_id}
    tell(sim, waba.id, "account_update", {"event": "PARTNER_REMOVED", "waba_info": info})
    _end_tokens(sim, waba)


def _end_tokens(sim: Simulator, waba: Waba) -> None:
    """Meta tells nobody when a token is over; it refuses it."""
    for token in sim.world.tokens.values():
        token.valid = token.valid and waba.id not in token.waba_ids


def change_number(sim: Simulator, value: Json) -> Json:
    """Quality, throughput, maintenance of a number; with `event`, a phone_number_quality_update."""
    fields = Fields("phone_number", value)
    number = sim.world.number(fields.needed("id"))
    if waba_id := fields.text("waba_id"):
        _move(sim, number, sim.world.waba(waba_id))
    throughput, event = fields.whole("throughput_per_second"), fields.text("event")
    maintenance, registered = fields.flag("maintenance"), fields.flag("registered")
    number.throughput_per_second = number.throughput_per_second if throughput is None else throughput
    number.maintenance = number.maintenance if maintenance is None else maintenance
    number.registered = number.registered if registered is None else registered
    elsewhere, sync_over, pin = fields.flag("elsewhere"), fields.flag("sync_over"), fields.text("pin", number.pin)
    people, declined = fields.whole("app_people"), fields.flag("history_declined")
    number.app_people = number.app_people if people is None else people
    number.history_declined = number.history_declined if declined is None else declined
    number.elsewhere = number.elsewhere if elsewhere is None else elsewhere
    number.sync_over = number.sync_over if sync_over is None else sync_over
    number.pin = pin
    number.name_status = fields.text("name_status", number.name_status)
    troubles = fields.objects("troubles")
    number.troubles = troubles if "troubles" in value else number.troubles
    number.quality_rating = fields.text("quality_rating", number.quality_rating)
    number.status = fields.text("status", number.status)
    tier = fields.text("current_limit", "TIER_UNLIMITED")
    fields.done()
    if event:
        change = {
            "display_phone_number": number.digits,
            "event": event,
            "current_limit": tier,
            "max_daily_conversations_per_business": tier,
        }
        tell(sim, number.waba_id, "phone_number_quality_update", change)
    return {"id": number.id}


def _move(sim: Simulator, number: Number, waba: Waba) -> None:
    """To another account (Meta: a number keeps its id within a business)."""
    sim.world.wabas[number.waba_id].number_ids.remove(number.id)
    waba.number_ids.append(number.id)
    number.waba_id = waba.id


def change_template(sim: Simulator, value: Json) -> Json:
    """A template's status (`event`), `category` or `quality`, each with its webhook."""
    fields = Fields("template", value)
    template = _template(sim, fields)
    event, category, quality = fields.text("event"), fields.text("category"), fields.text("quality")
    reason, title = fields.text("reason", "NONE"), fields.text("title")
    fields.done()
    if category:
        category_changed(sim, template, check_category(category))
    if quality:
        quality_changed(sim, template, quality.upper())
    if event:
        template.status, template.reason = event.upper(), reason
        more: Json = {}
        if template.status == "PAUSED":
            more["other_info"] = {"title": title or _PAUSES[0], "description": "Paused for low quality."}
        if template.status in ("DISABLED", "FLAGGED"):
            more["disable_info"] = {"disable_date": time.strftime("%B %d, %Y", time.gmtime())}
        status_changed(sim, template, more)
        template.status = "APPROVED" if template.status in ("REINSTATED", "FLAGGED", "UNARCHIVED") else template.status
    return {"id": template.id, "status": template.status, "category": template.category}


def _template(sim: Simulator, fields: Fields) -> Template:
    template_id, name = fields.text("id"), fields.text("name")
    waba_id, language = fields.text("waba_id"), fields.text("language")
    for template in sim.world.templates.values():
        if template_id:
            if template.id == template_id:
                return template
        elif (template.name, template.waba_id) == (name, waba_id or template.waba_id) and language in (
            "",
            same_language(template.language),
        ):
            return template
    raise missing_object(template_id or name)
