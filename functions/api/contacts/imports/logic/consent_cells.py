"""What the cells of an imported file say of consent, in columns whose names say nothing of it."""

import re
from functools import lru_cache

from shared.domain.contacts.consent_names import STATUS_WORD
from shared.domain.contacts.opt_out_words.standings import (
    FURTHER,
    NOES,
    OTHER_WAYS,
    REGIONS,
    STANDING_NOES,
    TIMES,
)
from shared.domain.text_fold import fold_words


def _any(*listed: str) -> str:
    """A pattern of these phrases, the longest first."""
    phrases = {fold_words(phrase) for phrase in "|".join(listed).split("|")}
    return "|".join(sorted(map(re.escape, phrases), key=lambda phrase: (-len(phrase), phrase)))


_STATUS = re.compile(
    rf"(?:(?:contact|customer|client|lead|member|user|kunden|kontakt) ?)?{STATUS_WORD}"
    r"(?: (?:del? |do |da |du |des? )?"
    r"(?:contacto|contato|contact|contatto|cliente|client|kontaktu|klienta|клиента|контакта))?"
    # What may be a plan that is paid, a course, an exam or a licence as well: what stands in it tells.
    rf"|(?:{STATUS_WORD} (?:del? |da |dell? |d )?(?:l |la )?)?(?:inscripcion|inscricao|inscription|iscrizione)"
    rf"|(?:inscripcion|inscricao|inscription|iscrizione) {STATUS_WORD}"
    r"|su[bs]?scripcion|subscricao|assinatura|subscription|abonnement|abonelik|abo|oposicion|izin"
)
_SAID_NO = re.compile(rf"(?:{_any(*NOES.values())})(?: (?P<more>.*))?")
_STANDS_NO = re.compile(rf"(?:{_any(*STANDING_NOES.values())})(?: (?P<more>.*))?")
_FURTHER = re.compile(rf"(?:{_any(*FURTHER.values())}|[0-9]+)(?: |$)")
# "Block 5" is an address, "block 2024" is not.
_SINCE = re.compile(rf"(?:{_any(*FURTHER.values())}|[0-9]{{1,2}} [0-9]{{1,2}}(?: [0-9]+)?|(?:19|20)[0-9]{{2}})(?: |$)")
_DENIED = frozenset(("no", "false", "never", "none", "0", "n", "nein", "non", "nao"))
_NOT_THEN = re.compile(
    r"(?:do not|no|nao|ne pas|nicht|non) \w+ (?:again |me |mehr )?(?:"
    rf"(?:by|via|per|por|pelo|par|op|on|al?) (?:the |el |le |la )?(?:{_any(*OTHER_WAYS.values())})"
    rf"|(?:on|at|in|during|over|los|las|el|la|por|en|em|a|aos|nos|le|les|am|an|im|in het|op|nel|di) "
    rf"(?:the |las? |los |el )?(?:{_any(*TIMES.values())})"
    r"|(?:before|after|until|till) [0-9]{1,2} ?(?:[ap] ?m|h|hs|00|30)?$)(?: |$)"
)
_MESSAGES = re.compile(r"\b(?:whatsapp|sms|text|texts|messages?|mensajes?|mensagens|nachrichten)\b")
# What was remarked behind the word: "Stop, legal", "Blocked (spam)", "Baja - cliente".
_REMARK = re.compile(r"[,;:(\[]| [-\u2013\u2014] ")
_REGIONS = frozenset(fold_words(phrase) for phrase in REGIONS.split("|"))
_LONGEST_NO = 40
_LONGEST_STANDING = 120
"""Characters. Elsewhere a longer text is somebody's note."""


def is_standing(title: str) -> bool:
    """Whether a column of this name says how things stand with the person, such as "Status"; not with an order."""
    return _STATUS.fullmatch(fold_words(title)) is not None


def may_be_region(title: str) -> bool:
    """Whether the standing may be the place where somebody lives, such as "State": "Baja" is one."""
    return fold_words(title) == "state"


def value_says_no(value: str, *, standing: bool = False, region: bool = False) -> bool:
    """Whether a cell says that its person said no: in whatever column, or in one of their `standing`, which may be
    their `region`."""
    return len(value) <= (_LONGEST_STANDING if standing else _LONGEST_NO) and _is_no(value, standing, region)


@lru_cache(4_096)
def _is_no(value: str, standing: bool, region: bool) -> bool:
    """Such a column holds few different values, and many rows."""
    words = fold_words(value)
    said = _SAID_NO.fullmatch(words)
    if said is not None:
        more = said["more"]
        if more is None:
            return True
        if more in _DENIED or (_NOT_THEN.match(words) and not _MESSAGES.search(words)):
            return False
        return standing or _FURTHER.match(more) is not None
    if not standing or (region and words in _REGIONS):
        return False
    stands = _STANDS_NO.fullmatch(words)
    if stands is None or stands["more"] in _DENIED:
        return False
    if stands["more"] is None or _SINCE.match(stands["more"]):
        return True
    head = fold_words(_REMARK.split(value.strip(), maxsplit=1)[0])
    return head != words and _STANDS_NO.fullmatch(head) is not None
