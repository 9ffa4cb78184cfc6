"""The words by which people say no, and yes again, in the languages that the platform ships. Data only.

Sources: 47 CFR 64.1200(a)(10) (FCC, in force since 2025-04-11: stop, quit, end, revoke, opt out, cancel and unsubscribe
are a no whatever else a sender offers); Twilio, "Advanced Opt-Out" (STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT,
REVOKE, OPTOUT; seen 2026-11); AWS End User Messaging, "Required opt-out list keywords" (adds ARRET and REMOVE; its TD
is left out, because in Brazil it says "everything"); Meta, marketing opt-out button ("Stop promotions", translated);
Twilio, "Requirements for a Spanish-language short code" (ALTO; seen 2026-11);
national short-code practice for UNREG (Indonesia), RET (Turkey), لغو۱۱ (Iran) and 수신거부 (Korea). The rest says the
same in the other languages as people write it.

Of each language: `no` means nothing else, also on a button that we offered, because it names messages, a list or "me",
or is the word for it; `written` means nothing else when a person writes it, and may on a button be about something
else ("No enviar" a quotation, "Do not disturb" a room); `also_answers` is a no when it is all that a person writes, but
on a button it answers a question ("Cancel" an appointment, "Sair" of a menu); `courtesy` is what may stand around a no
without changing it. No courtesy is a word of negation in any language: Danish thanks (`tak`) is
Malay for "not", and so is not in the list. Phrases are separated by `|`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Language:
    """Phrases as people write them; case, accents and punctuation do not matter."""

    no: str = ""
    written: str = ""
    also_answers: str = ""
    courtesy: str = ""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a language builds a no of several words, so that no neighbour of a phrase is missing.

    A sentence is of words, and of `parts` in capitals, each of which is one of its phrases; `?` behind either says that
    it may be left out. MESSAGES is of every language what a stop may be said of, and what its own part adds. `no` and
    `written` are of those of `Language`.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    no: str = ""
    written: str = ""
