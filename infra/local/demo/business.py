"""A business makes itself ready: account, number, custom fields, template, bot."""

from dataclasses import dataclass

from infra.local.demo.client import Api, DemoError, Json, Simulator, wait_until
from infra.local.demo.screen import Screen
from infra.local.tenant import APPLICANT
from shared.ids import TenantId

NAME = "Café Aurora"
BOT_REPLY = "Thank you! The price list is at https://example.com/aurora - an answer from a person follows."
_FIELDS = (("city", "City", "text"), ("birthday", "Birthday", "date"), ("points", "Points", "number"))
PRICE_WORDS = ["price", "prices", "cuesta", "precio", "preço", "цену", "menu", "cardápio"]
_APPROVAL_SECONDS = 30.0

TEMPLATE: Json = {
    "name": "points_until_sunday",
    "language": "en",
    "category": "MARKETING",
    "parameter_format": "NAMED",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Your points at Café Aurora"},
        {
            "type": "BODY",
            "text": "Hi {{first_name}}, you have {{points}} points in our {{city}} café. They buy you a coffee until "
            "Sunday.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "first_name", "example": "João"},
                    {"param_name": "points", "example": "120"},
                    {"param_name": "city", "example": "Recife"},
                ]
            },
        },
        {"type": "FOOTER", "text": "Reply STOP to hear no more from us"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Reserve my coffee"},
                {"type": "QUICK_REPLY", "text": "Where are you?"},
            ],
        },
    ],
}
VARIABLES: Json = {
    "body.first_name": {"source": "contact", "value": "first_name", "fallback": "there"},
    "body.points": {"source": "field", "value": "points"},
    "body.city": {"source": "field", "value": "city", "fallback": "nearest"},
}


@dataclass(frozen=True, slots=True)
class Business:
    """`limit` is Meta's messages per second for the number, in and out together."""

    tenant_id: TenantId
    email: str
    phone_number_id: str
    waba_id: str
    display: str
    limit: int

    @property
    def cap(self) -> int:
        """What a campaign may use of the limit: nine tenths, because Meta counts inbound too."""
        return self.limit * 9 // 10


def open_business(api: Api, meta: Simulator, screen: Screen) -> Business:
    """Sign up, log in, connect a number through embedded signup."""
    email, password = "owner@aurora.example.com", "Correct-Horse-7-Battery"
    account = {"business_name": NAME, "email": email, "password": password, "country": "BR"} | APPLICANT
    api.post("/v1/signup", account)
    screen.step("signed up", NAME)
    api.authorize(api.post("/v1/login", {"email": email, "password": password})["access_token"])
    tenant_id = TenantId(api.get("/v1/me")["principal"]["tenant_id"])
    screen.step("logged in", f"{email}, tenant {tenant_id}")
    granted = meta.script(create_waba={"name": NAME})["create_waba"]
    wish = {"code": granted["code"], "waba_id": granted["waba_id"]}
    onboarding = api.post("/v1/whatsapp/onboardings", wish)
    while onboarding["status"] == "waiting":
        onboarding = api.post(f"/v1/whatsapp/onboardings/{onboarding['id']}/continue", {})
    if onboarding["status"] != "connected":
        raise DemoError(f"the number is not connected: {onboarding['steps']}")
    number = api.get(f"/v1/numbers/{onboarding['phone_number_ids'][0]}")
    screen.step("connected through embedded signup", f"{number['display']}, {number['throughput']} messages/s")
    return Business(
        tenant_id=tenant_id,
        email=email,
        phone_number_id=number["id"],
        waba_id=granted["waba_id"],
        display=number["display"],
        limit=number["throughput"],
    )


def make_ready(api: Api, screen: Screen) -> str:
    """Custom fields, a bot, and a template that Meta has approved; its id."""
    for key, label, kind in (*_FIELDS, ("vip", "VIP", "boolean")):
        api.post("/v1/fields", {"key": key, "label": label, "kind": kind})
    screen.step("made custom fields", "city, birthday (date), points (number), vip (boolean)")
    rules = [{"match": "contains", "keywords": PRICE_WORDS, "reply": BOT_REPLY}]
    api.post("/v1/bots", {"name": "Prices", "rules": rules})
    screen.step("made a bot", f"answers {', '.join(PRICE_WORDS[:3])}…")
    template_id = str(api.post("/v1/templates", TEMPLATE)["id"])

    def decided() -> Json | None:
        template = api.get(f"/v1/templates/{template_id}")
        return template if template["status"] != "PENDING" else None

    template = wait_until("Meta's decision on the template", decided, _APPROVAL_SECONDS)
    if template["status"] != "APPROVED":
        raise DemoError(f"the template is {template['status']}: {template['rejected_reason']}")
    screen.step("template approved", f"{TEMPLATE['name']}, told by webhook")
    return template_id
