"""The texts of a template: header, body and footer, their variables and the examples of those.

Source: Meta, template components (lengths, parameters, examples), authentication templates (fixed text, expiration).
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.domain.templates.checks.fault import FaultCode, Faults
from shared.domain.templates.parameter_checks import BODY_LIMIT, HEADER_LIMIT
from shared.domain.templates.template import Component, replace_variables, variables_in

FOOTER_LIMIT = 60
LONGEST_CODE_MINUTES = 90
_MOST_READ = 20_000
"""Characters of a text that are looked at: of one that is far too long, as megabytes are, that it is so is enough."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SAMPLED = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")
_FORMATS = ("TEXT", *_SAMPLED, "LOCATION", "PRODUCT")


class Setting(NamedTuple):
    """What a component's rules go by, besides itself."""

    authentication: bool
    named: bool
    body_limit: int = BODY_LIMIT


def check_header(header: Component, at: str, setting: Setting, faults: Faults) -> None:
    form = str(header.get("format", "TEXT")).upper()
    if setting.authentication:
        faults.say(FaultCode.HEADER_FORMAT, at, "an authentication template has no header; remove it")
    if form not in _FORMATS:
        words = f"a header has no such format; use one of {', '.join(_FORMATS)}"
        faults.say(FaultCode.HEADER_FORMAT, f"{at}/format", words)
    elif form in _SAMPLED and not _filled(_example(header).get("header_handle")):
        words = f"a header of format {form} needs a sample; upload one and put its handle into example.header_handle"
        faults.say(FaultCode.SAMPLE_MISSING, f"{at}/example", words)
    elif form == "TEXT":
        text = _text(header, at, HEADER_LIMIT, faults)
        names = _variables(text, at, setting, FaultCode.HEADER_VARIABLES, faults)
        if len(names) > 1:
            words = "a header has one variable at most; remove the others"
            faults.say(FaultCode.HEADER_VARIABLES, f"{at}/text", words)
        _check_examples(header, at, "header", names, setting, faults)


def check_body(body: Component, at: str, setting: Setting, faults: Faults) -> None:
    if setting.authentication:
        if "text" in body:
            words = "the text of an authentication template is Meta's; remove it"
            faults.say(FaultCode.FIXED_TEXT, f"{at}/text", words)
        return
    text = _text(body, at, setting.body_limit, faults)
    names = _variables(text, at, setting, FaultCode.BODY_VARIABLES, faults)
    trimmed = text.strip()
    if names and (trimmed[:2] == "{{" or trimmed[-2:] == "}}"):
        words = "the body begins or ends with a variable; put words before and behind it"
        faults.say(FaultCode.VARIABLE_AT_EDGE, f"{at}/text", words)
    if names and len(replace_variables(text, dict.fromkeys(names, " ")).split()) <= len(names):
        words = "there are too many variables for so few words; add words, or remove variables"
        faults.say(FaultCode.TOO_MANY_VARIABLES, f"{at}/text", words)
    _check_examples(body, at, "body", names, setting, faults)


def check_footer(footer: Component, at: str, setting: Setting, faults: Faults) -> None:
    if not setting.authentication:
        if variables_in(_text(footer, at, FOOTER_LIMIT, faults)):
            words = "a footer has no variables; write out what it says"
            faults.say(FaultCode.FOOTER_VARIABLES, f"{at}/text", words)
        return
    if "text" in footer:
        words = "the footer of an authentication template is Meta's; set code_expiration_minutes and remove the text"
        faults.say(FaultCode.FOOTER_VARIABLES, f"{at}/text", words)
    minutes = footer.get("code_expiration_minutes")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= LONGEST_CODE_MINUTES:
        words = f"code_expiration_minutes is a whole number from 1 to {LONGEST_CODE_MINUTES}"
        faults.say(FaultCode.CODE_EXPIRATION, f"{at}/code_expiration_minutes", words)


def _text(component: Component, at: str, limit: int, faults: Faults) -> str:
    """The text, as far as it is looked at; "" when there is none."""
    text = component.get("text")
    if not isinstance(text, str) or not text.strip():
        faults.say(FaultCode.TEXT_MISSING, f"{at}/text", "there is no text; write one, or remove the component")
        return ""
    if len(text) > limit:
        words = f"the text has {len(text)} characters, {limit} at most are allowed; shorten it"
        faults.say(FaultCode.TEXT_TOO_LONG, f"{at}/text", words)
    return text[:_MOST_READ]


def _variables(text: str, at: str, setting: Setting, code: FaultCode, faults: Faults) -> list[str]:
    """Their names; none where they cannot be told."""
    names = variables_in(text)
    rest = replace_variables(text, dict.fromkeys(names, ""))
    if "{{" in rest or "}}" in rest:
        faults.say(code, f"{at}/text", "a pair of braces is no variable; write {{1}} or {{first_name}}")
    elif setting.named:
        wrong = [name for name in names if not _NAME.fullmatch(name)]
        if wrong:
            words = f"{{{{{wrong[0]}}}}} is no name; use lower-case letters, digits and _, beginning with a letter"
            faults.say(code, f"{at}/text", words)
    elif set(names) != {str(number) for number in range(1, len(names) + 1)}:
        faults.say(code, f"{at}/text", "positional variables are numbered {{1}}, {{2}}, … without a gap; renumber them")
    return names


def _check_examples(
    component: Component, at: str, part: str, names: Sequence[str], setting: Setting, faults: Faults
) -> None:
    """One for each variable (Meta: required where there are variables)."""
    if not names:
        return
    key = f"{part}_text_named_params" if setting.named else f"{part}_text"
    given = _example(component).get(key)
    if isinstance(given, list) and given:
        if setting.named:
            complete = {str(one.get("param_name")) for one in given if isinstance(one, Mapping)} == set(names)
        else:
            values = given[0] if part == "body" and isinstance(given[0], list) else given
            complete = len(values) == len(names)
        if complete:
            return
    faults.say(FaultCode.EXAMPLE_MISSING, f"{at}/example", f"give an example for each variable, in example.{key}")


def _example(component: Component) -> Mapping[str, object]:
    found = component.get("example")
    return found if isinstance(found, Mapping) else {}


def _filled(value: object) -> bool:
    return isinstance(value, list) and bool(value)
