"""What the cells of an imported file say of consent, in columns whose names say nothing of it."""

import re
from functools import lru_cache

from shared.domain.contacts.consent_names import STATUS_WORD, said_no, spelled
from shared.domain.contacts.consent_words import title_says_no
from shared.domain.contacts.opt_out_words.standings import (
    DENIALS,
    FURTHER,
    NOES,
    OTHER_WAYS,
    PERSON_NOES,
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
    r"(?:(?:contact|customer|client|lead|member|user|kunden|kontakt"
    rf"|e ?mail|mail|wa|sms|phone|mobile|messaging|channel|person|recipient) ?)?{STATUS_WORD}"
    r"(?: (?:del? |do |da |du |des? )?"
    r"(?:contacto|contato|contact|contatto|cliente|client|kontaktu|klienta|клиента|контакта))?"
    # What may be a plan that is paid, a course, an exam or a licence as well: what stands in it tells.
    rf"|(?:{STATUS_WORD} (?:del? |da |dell? |d )?(?:l |la )?)?(?:inscripcion|inscricao|inscription|iscrizione)"
    rf"|(?:inscripcion|inscricao|inscription|iscrizione) {STATUS_WORD}"
    r"|su[bs]?scripcion|subscricao|assinatura|subscription|abonnement|abonelik|abo|oposicion|izin"
)
# What may be of something else as well, as a standing may: the name alone is no reason to refuse a file.
_PERMISSION = re.compile(
    r"(?:non )?iscritt[oa]|inscrit[oae]?|onay|izin|opt|permission|permiso|permissao|permesso|erlaubnis|zustimmung"
)
_SAID_NO = re.compile(rf"(?:{_any(*NOES.values())})(?: (?P<more>.*))?")
_PERSON_NO = re.compile(_any(*NOES.values(), *PERSON_NOES.values()))
_STANDS_NO = re.compile(rf"(?:{_any(*PERSON_NOES.values(), *STANDING_NOES.values())})(?: (?P<more>.*))?")
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
_DENIALS = frozenset(fold_words(phrase) for phrase in DENIALS.split("|"))
_OF_OFFERS = frozenset(
    ("refuse", "refused", "refusal", "refus", "declined", "revoked", "rejected", "rechazado", "rechazada", "sperre")
)
"""What may as well have been a quotation that the person refused, or an account of theirs."""
_REGIONS = frozenset(fold_words(phrase) for phrase in REGIONS.split("|"))
_LONGEST_NO = 40
_LONGEST_STANDING = 120
"""Characters. Elsewhere a longer text is somebody's note."""


def is_standing(title: str) -> bool:
    """Whether a column of this name says how things stand with the person, such as "Status"; not with an order."""
    return _STATUS.fullmatch(fold_words(title)) is not None or asks_permission(title)


def asks_permission(title: str) -> bool:
    """Whether a column of this name says yes or no of what may be the person's permission, such as "Onay"."""
    return _PERMISSION.fullmatch(fold_words(title)) is not None


def may_be_region(title: str) -> bool:
    """Whether the standing may be the place where somebody lives, such as "State": "Baja" is one."""
    return fold_words(title) == "state"


def value_says_no(value: str, *, standing: bool = False, region: bool = False) -> bool:
    """Whether a cell says that its person said no: in whatever column, or in one of their `standing`, which may be
    their `region`."""
    if value.isdecimal() or len(value) > (_LONGEST_STANDING if standing else _LONGEST_NO):
        return False  # no number says it, and there are as many of them as rows
    return _is_no(value, standing, region)


def denied(value: str) -> bool:
    """Whether a cell is a plain no, as it stands in a column that asks for one of a permission."""
    return len(value) <= _LONGEST_NO and fold_words(value) in _DENIALS


def tag_says_no(tag: str) -> bool:
    """Whether a tag says by itself that its person said no; not "baja" or "stop", a campaign or a bus."""
    return len(tag) <= _LONGEST_NO and any(_is_tag_of_no(fold_words(text)) for text in spelled(tag))


def _is_tag_of_no(words: str) -> bool:
    return _PERSON_NO.fullmatch(words) is not None or (said_no(words) and words not in _OF_OFFERS)


@lru_cache(4_096)
def _is_no(value: str, standing: bool, region: bool) -> bool:
    """Such a column holds few different values, and many rows."""
    return any(_reads_no(text, standing, region) for text in spelled(value))


def _reads_no(value: str, standing: bool, region: bool) -> bool:
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
    if said_no(words) or title_says_no(value):
        return True
    stands = _STANDS_NO.fullmatch(words)
    if stands is None or stands["more"] in _DENIED:
        return False
    if stands["more"] is None or _SINCE.match(stands["more"]):
        return True
    head = fold_words(_REMARK.split(value.strip(), maxsplit=1)[0])
    return head != words and _STANDS_NO.fullmatch(head) is not None
