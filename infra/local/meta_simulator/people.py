"""The simulated people: who they are, and what they do with a template message that reached them."""

import re
from dataclasses import dataclass

from . import chance
from .config import Json, PeopleRules
from .spellings import line_of

_FIRST = ("Sofía", "Mateo", "Zoë", "João", "Amélie", "Ömer", "Nguyễn", "Анна", "محمد", "优子", "Liam", "Priya")
_LAST = ("García", "Müller", "O'Brien", "Souza", "Łukasz", "Đặng", "Smith", "Иванова", "Haddad", "Okafor", "Núñez")
_CALLING_CODES = """
1:US 7:RU 20:EG 27:ZA 30:GR 31:NL 32:BE 33:FR 34:ES 39:IT 40:RO 41:CH 43:AT 44:GB 45:DK 46:SE 47:NO 48:PL 49:DE
51:PE 52:MX 53:CU 54:AR 55:BR 56:CL 57:CO 58:VE 60:MY 61:AU 62:ID 63:PH 64:NZ 65:SG 66:TH 81:JP 82:KR 84:VN 86:CN
90:TR 91:IN 92:PK 94:LK 98:IR 212:MA 213:DZ 216:TN 233:GH 234:NG 254:KE 351:PT 353:IE 358:FI 380:UA 420:CZ 502:GT
503:SV 504:HN 505:NI 506:CR 507:PA 591:BO 593:EC 595:PY 598:UY 880:BD 966:SA 971:AE
"""
_COUNTRIES: dict[str, str] = dict(re.findall(r"(\d+):([A-Z]{2})", _CALLING_CODES))


@dataclass(frozen=True, slots=True)
class Person:
    """One person as one business sees them. `digits` is empty for a business-scoped id we never issued."""

    digits: str
    user_id: str
    name: str
    hidden: bool

    @property
    def key(self) -> str:
        """What windows and limits are kept by: the line, however its number was written."""
        return line_of(self.digits) or self.user_id

    def contact(self) -> Json:
        """The `contacts` element of a webhook; the phone is left out of it for people who hide it."""
        contact: Json = {"profile": {"name": self.name}}
        if self.digits and not self.hidden:
            contact["wa_id"] = self.digits
        return contact | {"user_id": self.user_id}


class People:
    """Everybody who was ever written to or who wrote, made up from their number when first met."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._known: dict[tuple[str, str], Person] = {}
        self._by_user_id: dict[tuple[str, str], str] = {}
        self.rules = PeopleRules()

    def by_phone(self, business_id: str, digits: str, name: str = "") -> Person:
        """The person with a phone number, shown as it is written here; the id they have with this business is made up
        from both, and is the same for every spelling of the number."""
        person = self._known.get((business_id, digits))
        if person is None or (name and person.name != name):
            seed, line = self._seed, line_of(digits)
            user_id = f"{country_of(line)}.{10**19 + chance.number(seed, 'user', business_id, line) % 10**19}"
            hidden = chance.fraction(seed, "hidden", line) < self.rules.hidden_phone_share
            known = f"{chance.pick(_FIRST, seed, 'first', line)} {chance.pick(_LAST, seed, 'last', line)}"
            person = Person(digits, user_id, name or known, hidden)
            self._known[business_id, digits] = person
            self._by_user_id[business_id, user_id] = digits
        return person

    def by_user_id(self, business_id: str, user_id: str) -> Person:
        """The person with a business-scoped user id."""
        digits = self._by_user_id.get((business_id, user_id))
        if digits is not None:
            return self.by_phone(business_id, digits)
        return Person("", user_id, chance.pick(_FIRST, self._seed, "first", user_id), hidden=True)

    def reaction(self, person: Person) -> str:
        """What this person does with a template message: stop, button, answer, react, or nothing."""
        rules = self.rules
        shares = {
            "stop": rules.stop_share,
            "button": rules.button_share,
            "answer": rules.answer_share,
            "react": rules.react_share,
        }
        return chance.first_hit(shares, chance.fraction(self._seed, "act", person.key)) or ""

    def message(self, act: str, person: Person, wamid: str, buttons: list[tuple[str, str]], business: str) -> Json:
        """The inbound message of an act: type, content, and the context it answers to.

        `buttons` are payload and label of the template's quick-reply buttons; without one a presser types an answer.
        """
        rules, seed = self.rules, self._seed
        if act == "react":
            emoji = chance.pick(rules.emojis, seed, "emoji", person.key)
            return {"type": "reaction", "reaction": {"message_id": wamid, "emoji": emoji}}
        if act == "button" and buttons:
            payload, text = chance.pick(buttons, seed, "button", person.key)
            context = {"from": business, "id": wamid}
            return {"context": context, "type": "button", "button": {"payload": payload, "text": text}}
        texts = rules.stop_texts if act == "stop" else rules.answer_texts
        return {"type": "text", "text": {"body": chance.pick(texts, seed, "text", person.key)}}


def country_of(digits: str) -> str:
    """The country of a phone number by its calling code; US when unknown."""
    for length in (3, 2, 1):
        if digits[:length] in _COUNTRIES:
            return _COUNTRIES[digits[:length]]
    return "US"
