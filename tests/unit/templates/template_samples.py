"""Templates by Meta's rules, mappings and contacts, drawn at random; good values for every kind of slot."""

from collections.abc import Sequence

from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import Variable
from shared.domain.templates.template import Component, Slot, Template
from shared.ids import ContactId, WabaId

NOW = EpochMs(1_795_000_000_000)
MEDIA_ID = "1339522734477770"
LINK = "https://cdn.example/sale.png"
FIELDS = {"amount": "number", "day": "date", "note": "text", "link": "text", "flag": "boolean"}
GOOD = {
    "text": "Ana",
    "otp": "J$FpnYnP",
    "image": LINK,
    "video": LINK,
    "document": MEDIA_ID,
    "filename": "offer.pdf",
    "latitude": "37.758056",
    "longitude": "-122.425332",
    "place_name": "META HQ",
    "address": "1 Hacker Way",
    "expiration": "2027-01-31T18:00:00+02:00",
    "url_suffix": "a b/ç?q=50%",
    "payload": "STOP",
    "coupon_code": "25OFF",
    "flow_token": "order-77",
    "flow_data": '{"product": "Aloe  vera", "price": 4.5}',
    "catalog_id": "194836987003835",
    "product_id": "2lc20305pt",
    "sections": '[{"title": "Popular", "product_items": [{"product_retailer_id": "2lc20305pt"}]}]',
}


def template(*components: Component, form: str = "POSITIONAL", category: str = "MARKETING") -> Template:
    return Template("1", WabaId("w"), "promo", "en_US", category, "APPROVED", form, list(components))


def constant(value: str) -> Variable:
    return Variable("constant", value)


def good(slots: Sequence[Slot]) -> dict[str, Variable]:
    """A mapping of constants that every slot takes."""
    return {slot.key: constant(GOOD[slot.kind]) for slot in slots}


@st.composite
def texts(draw: st.DrawFn, form: str, limit: int, most: int) -> tuple[str, list[str]]:
    """A text with variables in any order, and their names."""
    count = draw(st.integers(0, most))
    names = [str(n + 1) for n in range(count)] if form == "POSITIONAL" else [f"name_{n}" for n in range(count)]
    words = ["Hola"]
    for name in draw(st.permutations(names)):
        words += [f"{{{{{name}}}}}", "y", "ya"]
    text = " ".join([*words, "fin"])
    return text + "." * draw(st.sampled_from([0, max(0, limit - len(text) - 3)])), names


@st.composite
def bodies(draw: st.DrawFn, form: str, limit: int = 1024, most: int = 4) -> dict[str, object]:
    text, names = draw(texts(form, limit, most))
    component: dict[str, object] = {"type": "BODY", "text": text}
    if form == "POSITIONAL":
        component["example"] = {"body_text": [["x"] * len(names)]}
    else:
        component["example"] = {"body_text_named_params": [{"param_name": name, "example": "x"} for name in names]}
    return component


def medium(kind: str) -> dict[str, object]:
    return {"type": "HEADER", "format": kind, "example": {"header_handle": ["4::a"]}}


@st.composite
def headers(draw: st.DrawFn, form: str) -> dict[str, object]:
    kind = draw(st.sampled_from(["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"]))
    if kind == "LOCATION":
        return {"type": "HEADER", "format": kind}
    if kind != "TEXT":
        return medium(kind)
    text, names = draw(texts(form, 60, 1))
    example: dict[str, object] = {"header_text": ["x"]}
    if form == "NAMED":
        example = {"header_text_named_params": [{"param_name": name, "example": "x"} for name in names]}
    return {"type": "HEADER", "format": "TEXT", "text": text, "example": example}


_URL: st.SearchStrategy[dict[str, object]] = st.sampled_from(
    [
        {"type": "URL", "text": "Shop", "url": "https://x.example/{{1}}", "example": ["https://x.example/a"]},
        {"type": "URL", "text": "Far", "url": f"https://x.example/{'p' * 1900}{{{{1}}}}", "example": ["https://x"]},
        {"type": "URL", "text": "Home", "url": "https://x.example/"},
    ]
)
_QUICK: st.SearchStrategy[dict[str, object]] = st.just({"type": "QUICK_REPLY", "text": "Yes"})
_OTHERS: st.SearchStrategy[list[dict[str, object]]] = st.sampled_from(
    [
        [],
        [{"type": "COPY_CODE", "example": "25OFF"}],
        [{"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+1"}],
        [{"type": "FLOW", "text": "Sign up", "flow_id": "1", "flow_action": "NAVIGATE", "navigate_screen": "HELLO"}],
        [{"type": "FLOW", "text": "Sign up", "flow_id": "1", "flow_action": "DATA_EXCHANGE"}],
        [{"type": "CATALOG", "text": "View catalog"}],
        [{"type": "MPM", "text": "View items"}],
        [{"type": "VOICE_CALL", "text": "Call us"}],
        [{"type": "REQUEST_CONTACT_INFO"}],
    ]
)
_APP = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}
_CODES: st.SearchStrategy[dict[str, object]] = st.sampled_from(
    [
        {"type": "OTP", "otp_type": "COPY_CODE"},
        {"type": "OTP", "otp_type": "ONE_TAP", "text": "Copy", "autofill_text": "Autofill", "supported_apps": [_APP]},
        {"type": "OTP", "otp_type": "ZERO_TAP", "zero_tap_terms_accepted": True, "supported_apps": [_APP]},
    ]
)
_VIEW: dict[str, object] = {"type": "SPM", "text": "View"}


@st.composite
def buttons(draw: st.DrawFn, most: int) -> dict[str, object]:
    quick = draw(st.lists(_QUICK, max_size=most))
    others = [*draw(st.lists(_URL, max_size=2)), *draw(_OTHERS)]
    found = [*quick, *others] if draw(st.booleans()) else [*others, *quick]
    return {
        "type": "BUTTONS",
        "buttons": [dict(button) for button in found] or [{"type": "QUICK_REPLY", "text": "Yes"}],
    }


@st.composite
def carousels(draw: st.DrawFn, form: str) -> dict[str, object]:
    kind = draw(st.sampled_from(["IMAGE", "VIDEO", "PRODUCT"]))
    row = draw(st.lists(st.one_of(_QUICK, _URL), min_size=1, max_size=2))
    row.sort(key=lambda button: str(button["type"]))
    if kind == "PRODUCT":
        row = [_VIEW]
    with_body = draw(st.booleans())
    cards = [
        {
            "components": [
                medium(kind) if kind != "PRODUCT" else {"type": "HEADER", "format": kind},
                *([draw(bodies(form, 160, 2))] if with_body else []),
                {"type": "BUTTONS", "buttons": [dict(button) for button in row]},
            ]
        }
        for _ in range(draw(st.integers(2, 4)))
    ]
    return {"type": "CAROUSEL", "cards": cards}


@st.composite
def templates(draw: st.DrawFn) -> Template:
    form = draw(st.sampled_from(["POSITIONAL", "NAMED"]))
    kind = draw(st.sampled_from(["plain", "plain", "offer", "carousel", "code", "product"]))
    parts: list[Component]
    if kind == "product":
        product = {"type": "HEADER", "format": "PRODUCT"}
        return template(product, draw(bodies(form)), {"type": "BUTTONS", "buttons": [dict(_VIEW)]}, form=form)
    if kind == "code":
        code = {"type": "BUTTONS", "buttons": [dict(draw(_CODES))]}
        body = {"type": "BODY", "add_security_recommendation": draw(st.booleans())}
        footer = {"type": "FOOTER", "code_expiration_minutes": draw(st.sampled_from([1, 90]))}
        parts = [body, *([footer] if draw(st.booleans()) else []), code]
        return template(*parts, form=form, category="AUTHENTICATION")
    if kind == "carousel":
        return template(draw(bodies(form)), draw(carousels(form)), form=form)
    if kind == "offer":
        ends = draw(st.booleans())
        offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": ends}}
        row = {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "25OFF"}, dict(draw(_URL))]}
        header = draw(st.sampled_from([[medium("IMAGE")], [medium("VIDEO")], []]))
        return template(*header, offer, draw(bodies(form, 600)), row, form=form)
    parts = [draw(bodies(form))]
    if draw(st.booleans()):
        parts.insert(0, draw(headers(form)))
    if draw(st.booleans()):
        parts.append({"type": "FOOTER", "text": "Reply STOP"})
    if draw(st.booleans()):
        parts.append(draw(buttons(4)))
    return template(*parts, form=form, category=draw(st.sampled_from(["MARKETING", "UTILITY"])))


VALUES = st.one_of(
    st.sampled_from(
        [*GOOD.values(), "100.99", "2026-12-31", "2026-12-31T18:30:00Z", "2026-01-01", "", " ", "-1", "1e9", "a\nb\tc"]
    ),
    st.text(max_size=30),
    st.sampled_from(
        ['{"a": 1e999}', '{"a": "\\ud800"}', "{}", "[]", "[1]", '[{"title": "x", "product_items": []}]', "[" * 3000]
    ),
    st.builds(lambda c, n: c * n, st.sampled_from("xé{ \u200b"), st.sampled_from([20, 21, 129, 161, 700, 1025, 2001])),
)
_CONTACT = st.builds(Variable, st.just("contact"), st.sampled_from(["name", "first_name", "phone", "shoe"]), VALUES)
_FIELD = st.builds(
    Variable, st.just("field"), st.sampled_from([*FIELDS, "unknown"]), st.one_of(st.just(""), st.just("25OFF"), VALUES)
)
_CONSTANT = st.builds(Variable, st.just("constant"), VALUES)
_KINDS = st.builds(
    Variable,
    source=st.sampled_from(["field", "constant"]),
    value=st.sampled_from(["amount", "day", "100.99", "2026-12-31"]),
    fallback=st.sampled_from(["", "0", "2026-01-01"]),
    kind=st.sampled_from(["currency", "date_time"]),
    currency=st.sampled_from(["USD", "JPY", "KWD", "", "XXX"]),
    format=st.sampled_from(["", "DD/MM/YYYY", "D [de] MM, HH:mm", "D\n      M", "tomorrow"]),
)


@st.composite
def mappings(draw: st.DrawFn, slots: Sequence[Slot], *, wild: bool) -> dict[str, Variable]:
    """A variable for most slots; `wild` ones are right only by chance."""
    mapping: dict[str, Variable] = {}
    for slot in slots:
        tame = [constant(GOOD[slot.kind])]
        if slot.kind == "text":
            tame.append(Variable("contact", "name", "friend"))
            tame.append(Variable("field", "note", "nothing"))
            if slot.place == "body":
                tame.append(Variable("field", "amount", "0", "currency", "EUR"))
                tame.append(Variable("field", "day", "2026-01-01", "date_time", "", "D/M/YY"))
        elif slot.kind in ("url_suffix", "product_id", "flow_token"):
            tame.append(Variable("field", "note", "home"))
        elif slot.kind in ("image", "video", "document"):
            tame.append(Variable("field", "link", LINK))
        choice = draw(st.one_of(_CONTACT, _FIELD, _CONSTANT, _KINDS) if wild else st.sampled_from(tame))
        if not wild or draw(st.integers(0, 9)):
            mapping[slot.key] = choice
    if not wild and draw(st.booleans()):
        mapping = {
            key: value for key, value in mapping.items() if key not in {slot.key for slot in slots if slot.optional}
        }
    return mapping


contacts = st.builds(
    lambda name, phone, fields: Contact(ContactId("c"), phone=phone, name=name, fields=fields),
    name=st.one_of(st.sampled_from(["Ana Maria", "", "Zoë\nK"]), st.text(max_size=20)),
    phone=st.sampled_from(["+5511987654321", None]),
    fields=st.fixed_dictionaries(
        {},
        optional={
            "amount": st.one_of(st.decimals(0, 10**12, places=2).map(str), VALUES),
            "day": st.one_of(st.dates().map(str), st.datetimes().map(lambda at: f"{at.isoformat()}Z"), VALUES),
            "note": VALUES,
            "link": st.one_of(st.just(LINK), st.text(max_size=9).map(lambda tail: f"{LINK}?{tail}"), VALUES),
            "flag": st.sampled_from(["true", "false"]),
        },
    ),
)
