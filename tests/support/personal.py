"""Finds in lines of a log what must never be in one: numbers, texts, secrets, and Meta's ids of messages."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.support.json_texts import texts_in

_SHORTEST_NUMBER, _SHORTEST_TEXT = 8, 6
_WRITTEN = ("body", "text", "caption", "formatted_name", "email", "display_phone_number")
_RUN = re.compile(r"\d{8,}")
_SECRET = re.compile(r"wp[bo]_[\w-]{8,}|whsec_[\w+/=]{8,}|sk_(?:test|live)_\w{8,}|eyJ[\w-]{20,}|Bearer \S+")
"""API keys of tenants, tokens of operators who look at one, keys of webhooks and of Stripe, tokens of log-ins,
headers."""
_WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=]+")


@dataclass(frozen=True, slots=True)
class Personal:
    """`numbers` as digits, without sign or blanks; `texts` people wrote or are called; `secrets` of any kind."""

    numbers: frozenset[str]
    texts: frozenset[str]
    secrets: frozenset[str]

    def found_in(self, lines: Iterable[str]) -> list[str]:
        """What was found, with its line. A number is found whatever stands around it; texts of a few characters are
        words of ours as well, and not looked for."""
        texts = [*self._shown(self.texts), *self._shown(self.secrets)]
        return [f"{what}: {line}" for line in set(lines) for what in self._of(line, texts)]

    def _of(self, line: str, texts: Iterable[str]) -> Iterator[str]:
        yield from (f"number {run}" for run in _RUN.findall(line) if run in self.numbers)
        yield from ("secret" for _ in _SECRET.findall(line))
        yield from ("id of a message" for _ in _WAMID.findall(line))
        yield from (f"text {text}" for text in texts if text in line)

    @staticmethod
    def _shown(values: Iterable[str]) -> set[str]:
        """As they are, and as JSON shows them."""
        long = {value for value in values if len(value) >= _SHORTEST_TEXT}
        return long | {json.dumps(value)[1:-1] for value in long}


def personal_in(documents: Iterable[object], secrets: Iterable[str]) -> Personal:
    """From what Meta's side saw (bodies of requests and webhooks): whoever was written to or wrote, their names, and
    every text."""
    numbers: set[str] = set()
    texts: set[str] = set()
    for document in documents:
        for key, value in texts_in(document):
            digits = value.removeprefix("+")
            if (
                key in ("to", "from", "wa_id", "recipient_id")
                and digits.isdecimal()
                and len(digits) >= _SHORTEST_NUMBER
            ):
                numbers.add(digits)
            elif key in _WRITTEN or (key == "name" and " " in value):
                texts.add(value)
    return Personal(frozenset(numbers), frozenset(texts), frozenset(secrets))
