"""A message template as Meta describes it, and what one parameter of it is.

Shapes: Meta, message templates (components of GET /{waba_id}/message_templates).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from shared.clock import EpochMs
from shared.ids import WabaId

Component = Mapping[str, object]

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Template:
    """`category`, `status`, `parameter_format` and `quality` are upper case, as Meta answers them.

    `updated_at`, `category_at`, `quality_at` and `text_at` are when Meta last told of the status, and of each of the
    others (epoch ms): what they tell comes in any order. `next_category` is what Meta has announced to make of it at
    `next_category_at`. `version` counts what it said, from 1 on; what it says now it has said since `version_at`.
    `edits` are the moments of those edits that Meta counts (see editing), `ttl_seconds` is 0 where Meta decides.
    `draft_id` is the draft that it was made from here, blank for every other. `revision` counts changes of what can be
    edited, by whomever; `changing` and `changing_at` are of the last edit (see functions.api.http.revisions).
    """

    template_id: str
    waba_id: WabaId
    name: str
    language: str
    category: str
    status: str
    parameter_format: str
    components: Sequence[Component]
    rejected_reason: str = ""
    updated_at: EpochMs = EpochMs(0)
    quality: str = ""
    category_at: EpochMs = EpochMs(0)
    quality_at: EpochMs = EpochMs(0)
    text_at: EpochMs = EpochMs(0)
    next_category: str = ""
    next_category_at: EpochMs = EpochMs(0)
    version: int = 1
    version_at: EpochMs = EpochMs(0)
    edits: tuple[EpochMs, ...] = ()
    ttl_seconds: int = 0
    draft_id: str = ""
    revision: int = 0
    changing: str = ""
    changing_at: EpochMs = EpochMs(0)


def same_language(one: str, other: str) -> bool:
    """Meta writes both `en_US` and `en-US`."""
    return one.replace("-", "_") == other.replace("-", "_")


SlotKind = Literal[
    "text",
    "currency",
    "date_time",
    "otp",
    "image",
    "video",
    "document",
    "filename",
    "latitude",
    "longitude",
    "place_name",
    "address",
    "expiration",
    "url_suffix",
    "payload",
    "coupon_code",
    "flow_token",
    "flow_data",
    "catalog_id",
    "product_id",
    "sections",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter. `key` is how a campaign's variable mapping names it: `header.1`, `header.image`,
    `header.document.filename`, `header.location.latitude`, `header.product.retailer_id`, `body.first_name`,
    `limited_time_offer.expiration`, `button.0.url`, `button.1.payload`, `button.2.code`, `button.0.flow_token`,
    `button.0.thumbnail`, `button.0.sections`, and in a carousel `card.0.body.1`. Optional ones may stay unmapped.

    `index` is a button's and `card` a carousel card's, from 0. `detail` is what the mapping adds: a currency's code, a
    date's pattern, the media id that may be sent. `fixed` is how many characters the template's own URL has.
    `action` is the sub_type of a button with an action object (flow, catalog, mpm), which a send must name even when
    nothing fills it (Meta refuses an unnamed flow button with 131009).
    """

    key: str
    kind: SlotKind
    place: Literal["header", "body", "offer", "button"]
    name: str = ""
    index: int = 0
    optional: bool = False
    card: int | None = None
    detail: str = ""
    fixed: int = field(default=0, compare=False)
    action: str = ""


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


def count_variables(text: str) -> int:
    """How often a variable stands in a text, the same one as often as it does."""
    return len(_VARIABLE.findall(text))


def replace_variables(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values.get(match.group(1), match.group(0)), text)


def cards_of(template: Template) -> list[Sequence[Component]]:
    """The components of each carousel card."""
    for component in template.components:
        if kind_of(component) == "CAROUSEL":
            return cards_in(component)
    return []


def cards_in(carousel: Component) -> list[Sequence[Component]]:
    """The components of each of its cards."""
    cards = carousel.get("cards")
    found = cast("list[Component]", cards) if isinstance(cards, list) else []
    return [cast("Sequence[Component]", card.get("components") or ()) for card in found]
