"""A campaign's variable mapping: what may fill a slot, and what is wrong with it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from shared.clock import EpochMs
from shared.domain.contacts.contact_texts import CONTACT_TEXTS
from shared.domain.media.library import AtMeta, FileUse
from shared.domain.media.media_types import MediaKind
from shared.domain.money import is_currency
from shared.domain.templates.date_text import DEFAULT_PATTERN, is_pattern
from shared.domain.templates.parameter_checks import BadValue, as_line, checked, one_line
from shared.domain.templates.problem import Problem
from shared.domain.templates.template import Slot, SlotKind

Source = Literal["contact", "field", "constant", "media"]
VariableKind = Literal["text", "currency", "date_time"]
_MEDIA = ("image", "video", "document")
# The kinds of custom field (ContactField.kind) that can fill a slot; a slot that is not listed takes any.
_FIELD_KINDS: Mapping[SlotKind, tuple[str, ...]] = {
    "currency": ("number",),
    "latitude": ("number",),
    "longitude": ("number",),
    "date_time": ("date", "text"),
    "expiration": ("date", "number", "text"),
    "image": ("text",),
    "video": ("text",),
    "document": ("text",),
    "flow_token": ("text", "number"),
    "flow_data": ("text",),
    "catalog_id": ("text", "number"),
    "product_id": ("text", "number"),
    "sections": ("text",),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """Where a slot's value comes from: an attribute of the contact, a custom field, or a constant; with a fallback.
    Source `media` is a file of the tenant's library: Meta's id takes its place before anything is sent.

    A body variable may be an amount of money (`kind` currency, with its ISO 4217 code in `currency`) or a date (`kind`
    date_time, written by the pattern in `format`, see shared.domain.templates.date_text).
    """

    source: Source
    value: str
    fallback: str = ""
    kind: VariableKind = "text"
    currency: str = ""
    format: str = ""


def fit(slot: Slot, variable: Variable) -> tuple[Slot, list[Problem]]:
    """The slot as this variable fills it, or what is wrong with the variable's kind."""
    place = f"variables.{slot.key}"
    if variable.kind == "text":
        if variable.currency or variable.format:
            return slot, [Problem(place, "currency and format need kind currency or date_time; set it or remove them")]
        if variable.source == "media":
            return replace(slot, detail=variable.value), []
        media_id = variable.value if variable.source == "constant" else variable.fallback
        return (replace(slot, detail=media_id) if _takes_id(slot, media_id) else slot), []
    if slot.kind != "text" or slot.place != "body":
        return slot, [Problem(place, f"only body variables can be of kind {variable.kind}; remove the kind")]
    if variable.kind == "currency":
        if not is_currency(variable.currency):
            return slot, [Problem(place, "currency is not an ISO 4217 code; write one such as USD")]
        return replace(slot, kind="currency", detail=variable.currency), []
    pattern = one_line(variable.format) or DEFAULT_PATTERN
    if not is_pattern(pattern):
        return slot, [Problem(place, "format is not a date's; write one such as DD/MM/YYYY, or D [de] MM")]
    return replace(slot, kind="date_time", detail=pattern), []


def _takes_id(slot: Slot, value: str) -> bool:
    return slot.kind in _MEDIA and value.isascii() and value.isdecimal()


def variable_problems(slot: Slot, variable: Variable, known_fields: Collection[str], now: EpochMs) -> list[Problem]:
    """What is wrong with the source, the field, the constant or the fallback; the last two are checked as values."""
    place = f"variables.{slot.key}"
    if variable.source == "media":
        return _file_problems(slot, variable)
    if variable.source == "contact":
        if variable.value not in CONTACT_TEXTS:
            known = ", ".join(CONTACT_TEXTS)
            return [Problem(place, f"contacts have no attribute {variable.value!r}; use {known}")]
        if slot.kind in _FIELD_KINDS:
            return [Problem(place, f"a contact's {variable.value} is no {slot.kind}; use a custom field or a constant")]
    if variable.source == "field":
        if variable.value not in known_fields:
            return [
                Problem(place, f"no custom field {variable.value!r}; create it under /v1/fields or correct the name")
            ]
        kinds = _FIELD_KINDS.get(slot.kind)
        kind = known_fields[variable.value] if isinstance(known_fields, Mapping) else ""
        if kinds and kind and kind not in kinds:
            needed = " or ".join(kinds)
            return [Problem(place, f"{slot.kind} needs a field of kind {needed}; {variable.value!r} is of kind {kind}")]
    found = _value_problems(slot, "constant", variable.value, now) if variable.source == "constant" else []
    if variable.fallback:
        found += _value_problems(slot, "fallback", variable.fallback, now)
    return found


def _file_problems(slot: Slot, variable: Variable) -> list[Problem]:
    place = f"variables.{slot.key}"
    if slot.kind not in _MEDIA:
        return [Problem(place, "only a header's image, video or document takes a file; use another source")]
    return [Problem(place, "a file is the same for everybody; remove the fallback")] if variable.fallback else []


def named_files(variables: Mapping[str, Variable]) -> Iterator[tuple[str, FileUse]]:
    """(field, use) of each file of the library that the mapping names. A slot's key ends with its kind."""
    for key, variable in variables.items():
        kind = key.rpartition(".")[2]
        if variable.source == "media" and kind in _MEDIA:
            yield f"variables.{key}", FileUse(variable.value, cast("MediaKind", kind))


def with_files(variables: Mapping[str, Variable], files: Mapping[str, AtMeta]) -> dict[str, Variable]:
    """With Meta's id in the place of each file, and a document's own name where the mapping gives none: without one
    WhatsApp shows "Untitled". `files` has each that the mapping names."""
    filled = dict(variables)
    for key, variable in variables.items():
        if variable.source != "media":
            continue
        found = files[variable.value]
        filled[key] = Variable("constant", found.meta_id)
        if key.endswith("header.document"):
            place, name = f"{key}.filename", found.file.filename
            named = variables.get(place, Variable("constant", name))
            filled[place] = replace(named, fallback=named.fallback or name) if named.source != "constant" else named
    return filled


def _value_problems(slot: Slot, what: str, value: str, now: EpochMs) -> list[Problem]:
    place, line = f"variables.{slot.key}", as_line(slot, value)
    if not line:
        return [Problem(place, f"the {what} is empty; write a value or remove it")]
    try:
        checked(slot, line, now)
    except BadValue as exc:
        return [Problem(place, f"the {what} is not what this variable takes: {exc}")]
    return []


def code_problems(slots: Sequence[Slot], variables: Mapping[str, Variable]) -> list[Problem]:
    """Meta wants the code of an authentication template twice, and the same."""
    codes = [slot.key for slot in slots if slot.kind == "otp"]
    return [
        Problem(f"variables.{key}", f"the code must be the same as in {codes[0]}; map both alike")
        for key in codes[1:]
        if variables[key] != variables[codes[0]]
    ]
