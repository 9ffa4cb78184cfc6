"""What is mailed to people, in the languages of the template library: every text stands here once in each.

Names of businesses and roles are set apart from text that runs from the right (Unicode UAX #9, 2.4), links are not: who
copies one would copy the marks with it.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from functions.api.accounts.mailer import Mail
from shared.domain.accounts.permissions import Role


class Language(StrEnum):
    ENGLISH = "en"
    MALAY = "ms"
    INDONESIAN = "id"
    ARABIC = "ar"
    SPANISH = "es"
    PORTUGUESE = "pt"


class MailKind(StrEnum):
    INVITATION = "invitation"
    EMAIL_CODE = "email_code"
    EMAIL_CHANGED = "email_changed"


@dataclass(frozen=True, slots=True)
class Wording:
    subject: str
    text: str


FROM_THE_RIGHT = frozenset({Language.ARABIC})
_KNOWN = frozenset(Language)
_ISOLATE, _END = "\u2068", "\u2069"
_LONGEST_NAME = 80
_JOINERS = "\u200c\u200d"
"""Within words of some languages."""
_UNSEEN = frozenset({"Cc", "Cf"})

WORDINGS: Mapping[MailKind, Mapping[Language, Wording]] = {
    MailKind.INVITATION: {
        Language.ENGLISH: Wording(
            "{business} invites you to its team",
            "{business} invites you to its team on wasapbos, as {role}.\n\n"
            "Follow this link within 7 days to accept:\n{link}\n\n"
            "If you do not know them, do nothing.",
        ),
        Language.MALAY: Wording(
            "{business} menjemput anda menyertai pasukannya",
            "{business} menjemput anda menyertai pasukannya di wasapbos, sebagai {role}.\n\n"
            "Untuk menerima, ikuti pautan ini dalam tempoh 7 hari:\n{link}\n\n"
            "Jika anda tidak mengenali mereka, abaikan e-mel ini.",
        ),
        Language.INDONESIAN: Wording(
            "{business} mengundang Anda ke timnya",
            "{business} mengundang Anda bergabung dengan timnya di wasapbos, sebagai {role}.\n\n"
            "Untuk menerima, buka tautan ini dalam waktu 7 hari:\n{link}\n\n"
            "Jika Anda tidak mengenal mereka, abaikan email ini.",
        ),
        Language.ARABIC: Wording(
            "{business}: دعوة للانضمام إلى الفريق",
            "تلقيت دعوة من {business} للانضمام إلى الفريق على wasapbos، بصفة {role}.\n\n"
            "للقبول، افتح هذا الرابط خلال 7 أيام:\n{link}\n\n"
            "إذا كنت لا تعرف المرسل، فتجاهل هذه الرسالة.",
        ),
        Language.SPANISH: Wording(
            "{business} te invita a su equipo",
            "{business} te invita a su equipo en wasapbos, como {role}.\n\n"
            "Para aceptar, abre este enlace en un plazo de 7 días:\n{link}\n\n"
            "Si no los conoces, no hagas nada.",
        ),
        Language.PORTUGUESE: Wording(
            "{business} convida você para a equipe",
            "{business} convida você para a equipe no wasapbos, como {role}.\n\n"
            "Para aceitar, abra este link em até 7 dias:\n{link}\n\n"
            "Se você não os conhece, ignore este e-mail.",
        ),
    },
    MailKind.EMAIL_CODE: {
        Language.ENGLISH: Wording(
            "Confirm your new e-mail address",
            "Your code is {code}. It is good for 30 minutes.\n\n"
            "Somebody wants to log in with this address from now on. If that was not you, do nothing.",
        ),
        Language.MALAY: Wording(
            "Sahkan alamat e-mel baharu anda",
            "Kod anda ialah {code}. Kod ini sah selama 30 minit.\n\n"
            "Seseorang mahu log masuk dengan alamat ini mulai sekarang. Jika bukan anda, abaikan e-mel ini.",
        ),
        Language.INDONESIAN: Wording(
            "Konfirmasi alamat email baru Anda",
            "Kode Anda adalah {code}. Kode ini berlaku selama 30 menit.\n\n"
            "Seseorang ingin masuk dengan alamat ini mulai sekarang. Jika itu bukan Anda, abaikan email ini.",
        ),
        Language.ARABIC: Wording(
            "تأكيد عنوان بريدك الإلكتروني الجديد",
            "رمزك هو {code}، وهو صالح لمدة 30 دقيقة.\n\n"
            "يريد شخص ما تسجيل الدخول بهذا العنوان من الآن فصاعدًا. إذا لم يكن أنت، فتجاهل هذه الرسالة.",
        ),
        Language.SPANISH: Wording(
            "Confirma tu nueva dirección de correo",
            "Tu código es {code}. Vale durante 30 minutos.\n\n"
            "Alguien quiere iniciar sesión con esta dirección a partir de ahora. Si no has sido tú, no hagas nada.",
        ),
        Language.PORTUGUESE: Wording(
            "Confirme seu novo endereço de e-mail",
            "Seu código é {code}. Ele vale por 30 minutos.\n\n"
            "Alguém quer entrar com este endereço a partir de agora. Se não foi você, ignore este e-mail.",
        ),
    },
    MailKind.EMAIL_CHANGED: {
        Language.ENGLISH: Wording(
            "Your e-mail address was changed",
            "You log in with another address from now on.\n\nIf that was not you, tell the owner of your team at once.",
        ),
        Language.MALAY: Wording(
            "Alamat e-mel anda telah diubah",
            "Mulai sekarang anda log masuk dengan alamat lain.\n\n"
            "Jika bukan anda yang mengubahnya, maklumkan pemilik pasukan anda dengan segera.",
        ),
        Language.INDONESIAN: Wording(
            "Alamat email Anda telah diubah",
            "Mulai sekarang Anda masuk dengan alamat lain.\n\n"
            "Jika bukan Anda yang mengubahnya, segera beri tahu pemilik tim Anda.",
        ),
        Language.ARABIC: Wording(
            "تم تغيير عنوان بريدك الإلكتروني",
            "تسجيل دخولك من الآن فصاعدًا بعنوان آخر.\n\nإذا لم يكن أنت من غيّره، فأخبر مالك فريقك فورًا.",
        ),
        Language.SPANISH: Wording(
            "Tu dirección de correo ha cambiado",
            "A partir de ahora inicias sesión con otra dirección.\n\n"
            "Si no has sido tú, avisa enseguida al propietario de tu equipo.",
        ),
        Language.PORTUGUESE: Wording(
            "Seu endereço de e-mail foi alterado",
            "A partir de agora você entra com outro endereço.\n\n"
            "Se não foi você, avise imediatamente o proprietário da sua equipe.",
        ),
    },
}

ROLE_NAMES: Mapping[Language, Mapping[Role, str]] = {
    language: dict(zip(Role, names.split(", "), strict=True))
    for language, names in {
        Language.ENGLISH: "owner, admin, marketer, agent, viewer",
        Language.MALAY: "pemilik, pentadbir, pemasar, ejen, pemerhati",
        Language.INDONESIAN: "pemilik, admin, pemasar, agen, pengamat",
        Language.ARABIC: "مالك, مدير, مسوّق, وكيل, مشاهد",
        Language.SPANISH: "propietario, administrador, responsable de marketing, agente, observador",
        Language.PORTUGUESE: "proprietário, administrador, responsável de marketing, atendente, observador",
    }.items()
}
"""In the order of the roles."""


def language_of(*tags: str) -> Language:
    """The first of these language tags (BCP 47) that mails are written in; English when none is."""
    mains = (tag.lower().partition("-")[0] for tag in tags)
    return next((Language(main) for main in mains if main in _KNOWN), Language.ENGLISH)


def mail_of(kind: MailKind, language: Language, to: str, **values: str) -> Mail:
    """`values` are what the text has in braces. What somebody calls their business stays within its line, says no more
    than a name does, and is no link."""
    plain = {name: _plain(value) if name == "business" else value for name, value in values.items()}
    marked = {name: _within(language, name, " ".join(value.split())) for name, value in plain.items()}
    wording = WORDINGS[kind][language]
    direction = "rtl" if language in FROM_THE_RIGHT else "ltr"
    return Mail(to, wording.subject.format(**marked), wording.text.format(**marked), language, direction)


def _plain(name: str) -> str:
    """In a line, without signs that cannot be seen, which turn the rest of it round (Unicode UAX #9), and cut where it
    is long. Mail programs make links of what looks like one: a word joiner behind each dot has them see none."""
    line = " ".join(name.split())
    seen = "".join(char for char in line if char in _JOINERS or unicodedata.category(char) not in _UNSEEN)
    cut = seen if len(seen) <= _LONGEST_NAME else f"{seen[: _LONGEST_NAME - 1]}…"
    return re.sub(r"(?<=\w)\.(?=\w)", ".\u2060", cut.replace("://", " "))


def _within(language: Language, name: str, value: str) -> str:
    return f"{_ISOLATE}{value}{_END}" if language in FROM_THE_RIGHT and name in ("business", "role") else value
