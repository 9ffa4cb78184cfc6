"""Names of columns, and remarks beside numbers, that say who may be written to: an import does not read them, and must
not pass over a no in silence.

The names are what exports of the usual systems call it (Shopify "Accepts Marketing", Mailchimp "UNSUB_TIME", HubSpot
"Unsubscribed from all email", Klaviyo "SMS Consent", Brevo "SMS_BLACKLISTED", Salesforce "HasOptedOutOfEmail",
"DoNotCall"; seen 2026-11), and the same in the languages that people who opt out are heard in.
"""

import re
from functools import lru_cache

from shared.domain.contacts.consent_words import button_word, consent_word
from shared.domain.text_fold import fold_words

_NAMES = re.compile(
    "|".join(
        [
            r"\bopt(?:ed|ing|s)? ?(?:in|out)s?\b",
            r"\bunsub(?:s|scri\w*)?\b",
            r"\b(?:subscribed|resubscribed)\b|^(?:subscribe|subscriber|newsletter|marketing)$",
            r"\b(?:subscription|subscriber|consent|whatsapp|sms|marketing) status\b",
            # The law that asks for it, alone or with a yes: GDPR, RGPD and LGPD, Turkey's KVKK and register İYS.
            r"^(?:gdpr|rgpd|dsgvo|lgpd|lopd|kvkk|iys)$",
            # Not when or how they gave it: "consent date" says nothing of a no.
            r"\bconsent(?:s|ed|given|ement|imiento|imento)?"
            r"(?: given| whatsapp| marketing| sms| email| gdpr| rgpd| lopd)?$",
            r"\baccepts? (?:\w+ )?(?:marketing|messages|whatsapp|sms|promotions)\b",
            r"\b(?:marketing|whatsapp|sms|messaging) (?:allowed|permission|permitted|accepted|opt)\b",
            r"\b(?:allow|allows|allowed) (?:\w+ )?(?:marketing|messages|whatsapp|sms|promotions)\b",
            r"^(?:can|may|ok to|okay to|allowed to) (?:be )?(?:contact|contacted|message|messaged|text|whatsapp)$",
            r"^contactable$",
            r"^no (?:whatsapp|sms|text|texts|marketing|messages|promotions|contact|publicidad|mensajes|mensagens)$",
            r"^(?:contact )?(?:blocked|refused|declined|revoked|rejected|bloquead[oa]|rechazad[oa])$",
            r"\bdo ?not (?:contact|call|text|message|disturb|send|whatsapp|write|market|mail|email)\b",
            r"\b(?:dnc|dnd|dncr)\b",
            r"\b(?:suppress|suppressed|suppression|blacklist|blacklisted|blocklist|blocklisted|blacklist status)\b",
            # Spanish, Portuguese, French, Italian.
            r"^(?:(?:fecha )?(?:de )?bajas?|baja (?:marketing|whatsapp|sms|comercial))$|\b(?:dad[oa]s? de baja)\b",
            r"\b(?:(?:de)?(?:suscrit|suscript)[oa]s?|no (?:contactar|molestar|escribir|enviar|llamar)|robinson)\b",
            r"\b(?:acepta|permite|autoriza|rechaza|quiere recibir|desea recibir) "
            r"(?:\w+ )?(?:publicidad|marketing|promociones|mensajes|whatsapp)\b",
            r"\b(?:descadastrad[oa]s?|desinscrit[oa]s?|nao (?:perturbe|perturbar|contatar|contactar|enviar))\b",
            r"\baceita (?:\w+ )?(?:marketing|mensagens|promocoes|whatsapp|receber)\b",
            r"\b(?:desabonnee?s?|desinscrit(?:e|s|es)?|ne pas (?:contacter|deranger))\b",
            r"\baccepte (?:les )?(?:messages|pubs?|promotions)\b",
            r"\b(?:disiscritt[oi]|disiscritta|consenso|consensi|non contattare)\b",
            # German, Dutch, Polish, Turkish.
            r"\b(?:abgemeldet|\w*einwilligung|werbesperre|werbewiderspruch|nicht kontaktieren|keine werbung)\b",
            r"\b(?:afgemeld|uitgeschreven|toestemming|niet (?:contacteren|benaderen))\b",
            r"\b(?:wypisan[ya]|wypisany|zgoda|zgoda marketingowa|nie kontaktowac)\b",
            r"\b(?:onay durumu|izin durumu|iys durumu|abonelikten cikti|pazarlama izni)\b",
            # Indonesian, Malay, Vietnamese, Russian, Ukrainian.
            r"\b(?:berhenti (?:ber)?langganan|persetujuan|kebenaran pemasaran|jangan hubungi)\b|\bdong y nhan tin\b",
            r"(?:отписан|отписал|відписан|відписав|согласие|згода|не беспокоить|черный список|в черном списке)",
            # Arabic, Hebrew, Hindi, Thai, Chinese, Japanese, Korean.
            r"الغاء الاشتراك|موافقه|لا تتصل|הסרה|הוסר|הסכמה|אישור דיוור|सहमति|सदस्यता समाप्त|ยกเลิกรับ|ยกเลิกการรับ|ยินยอม",
            r"退订|退訂|取消订阅|取消訂閱|拒收|勿扰|勿擾|同意接收|黑名单|黑名單|配信停止|配信解除|配信許可|受信拒否|同意",
            r"수신 ?거부|수신 ?동의|마케팅 ?동의|구독 ?취소|블랙 ?리스트",
        ]
    )
)


_NOES = frozenset(
    fold_words(value)
    for value in (
        *("unsubscribed", "unsub", "opted out", "opt out", "optout", "do not contact", "do not message", "dnc"),
        *("do not disturb", "blacklisted", "suppressed", "dado de baja", "dada de baja", "desuscrito", "desuscrita"),
        *("desuscripto", "desuscripta", "no contactar", "no molestar", "descadastrado", "descadastrada"),
        *("desinscrito", "desinscrita", "não contatar", "não perturbe", "désabonné", "désabonnée", "désinscrit"),
        *("désinscrite", "ne pas contacter", "abgemeldet", "nicht kontaktieren", "afgemeld", "uitgeschreven"),
        *("disiscritto", "disiscritta", "non contattare", "wypisany", "wypisana", "отписан", "отписана", "отписался"),
        *("відписаний", "الغى الاشتراك", "退订", "已退订", "退訂", "已退訂", "配信停止", "수신거부"),
    )
)
"""What stands in a column such as "Status" of those who said no; not "baja" or "stop", a priority or a bus."""
_LONGEST_NO = 40
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def says_consent(title: str) -> bool:
    """Whether a column of this name tells whose consent there is or is not: as it stands, or taken for words that are
    written together (`DoNotCall`, `isUnsubscribed`)."""
    return any(_says_consent(text) for text in dict.fromkeys((title, _CAMEL_CASE.sub(" ", title))))


def _says_consent(title: str) -> bool:
    words = fold_words(title)
    # A bare "Stop" may be of a bus.
    return _NAMES.search(words) is not None or (words != "stop" and button_word(title) == "stop")


def remark_says_consent(remark: str) -> bool:
    """Whether what stands beside a number tells of a no, or of a consent, such as "BAJA" and "do not contact"."""
    return says_consent(remark) or consent_word(remark) == "stop"


def value_says_no(value: str) -> bool:
    """Whether a cell, whatever its column, says that its person said no."""
    return len(value) <= _LONGEST_NO and _is_no(value)


@lru_cache(4_096)
def _is_no(value: str) -> bool:
    """Such a column holds few different values, and many rows."""
    return fold_words(value) in _NOES
