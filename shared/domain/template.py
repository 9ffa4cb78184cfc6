"""A message template as Meta describes it, and the parameters a send must bring.

Shapes: Meta, message templates (components of GET /{waba_id}/message_templates).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

Component = Mapping[str, object]

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")
_STATIC_BUTTONS = frozenset({"QUICK_REPLY", "PHONE_NUMBER", "VOICE_CALL", "REQUEST_CONTACT_INFO"})


@dataclass(frozen=True, slots=True)
class Template:
    """`category`, `status` and `parameter_format` are upper case, as Meta answers them."""

    template_id: str
    waba_id: str
    name: str
    language: str
    category: str
    status: str
    parameter_format: str
    components: Sequence[Component]
    rejected_reason: str = ""
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter. `key` is how a campaign's variable mapping names it: `header.1`, `header.image`,
    `body.first_name`, `button.0.url`, `button.1.payload`, `button.2.code`. Optional ones may stay unmapped."""

    key: str
    kind: Literal["text", "image", "video", "document", "url_suffix", "payload", "coupon_code"]
    place: Literal["header", "body", "button"]
    name: str = ""
    index: int = 0
    optional: bool = False


class UnsupportedComponent(Exception):
    """The template has a part this engine cannot fill; the text says which."""


def kind_of(component: Component) -> str:
    return str(component.get("type", "")).upper()


def buttons_of(component: Component) -> list[Component]:
    found = component.get("buttons")
    return cast("list[Component]", found) if isinstance(found, list) else []


def variables_in(text: str) -> list[str]:
    """Variable names in the order a send brings them: `1`, `2`, `10` by number wherever in the text they stand, named
    ones by first appearance (Meta: positional parameters have no names, the first one fills {{1}})."""
    names = dict.fromkeys(_VARIABLE.findall(text))
    return sorted(names, key=lambda name: int(name) if name.isdecimal() else 0)


def replace_variables(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values.get(match.group(1), match.group(0)), text)


def slots_of(template: Template) -> list[Slot]:
    """Every parameter the template takes, in the order header, body, buttons.

    Raises UnsupportedComponent for a part that cannot be filled yet.
    """
    slots: list[Slot] = []
    for component in template.components:
        kind = kind_of(component)
        if kind == "HEADER":
            slots += _header_slots(component)
        elif kind == "BODY":
            slots += [Slot(f"body.{v}", "text", "body", v) for v in variables_in(str(component.get("text", "")))]
        elif kind == "BUTTONS":
            slots += _button_slots(buttons_of(component))
        elif kind != "FOOTER":
            raise UnsupportedComponent(f"template component {kind} is not supported in campaigns yet")
    order = {"header": 0, "body": 1, "button": 2}
    return sorted(slots, key=lambda slot: (order[slot.place], slot.index))


def _header_slots(component: Component) -> list[Slot]:
    form = str(component.get("format", "")).upper()
    if form == "TEXT":
        return [Slot(f"header.{v}", "text", "header", v) for v in variables_in(str(component.get("text", "")))]
    if form in _MEDIA:
        kind = cast('Literal["image", "video", "document"]', form.lower())
        return [Slot(f"header.{kind}", kind, "header")]
    raise UnsupportedComponent(f"template header {form} is not supported in campaigns yet")


def _button_slots(buttons: Sequence[Component]) -> list[Slot]:
    slots: list[Slot] = []
    for index, button in enumerate(buttons):
        kind = kind_of(button)
        if kind == "URL":
            if variables_in(str(button.get("url", ""))):
                slots.append(Slot(f"button.{index}.url", "url_suffix", "button", index=index))
        elif kind == "COPY_CODE":
            slots.append(Slot(f"button.{index}.code", "coupon_code", "button", index=index))
        elif kind == "QUICK_REPLY":
            slots.append(Slot(f"button.{index}.payload", "payload", "button", index=index, optional=True))
        elif kind not in _STATIC_BUTTONS:
            raise UnsupportedComponent(f"template button {kind} is not supported in campaigns yet")
    return slots
