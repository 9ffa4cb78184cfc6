"""Links from which Meta fetches a file: written as a URL whatever people typed, and what is wrong with those that are
none.

Sources: RFC 3986 (what a URL may hold as it is), RFC 3490 (names with other letters than ASCII); Meta, media (links are
fetched by https).
"""

import re
from urllib.parse import quote, unquote

from shared.domain.media.file_name import safe_name
from shared.domain.media.media_types import SENDABLE

_SAFE = "!#$%&'()*+,/:;=?@~"
_CLEAN = re.compile(r"(?:[A-Za-z0-9!#$&'()*+,/:;=?@~._-]|%[0-9A-Fa-f]{2})*")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://)?([^/?#]*)(.*)", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_DOCUMENT_ENDINGS = frozenset(form.extension for form in SENDABLE.values() if form.kind == "document")


class BadLink(ValueError):
    """The text says what is wrong, as the end of a sentence that begins with "it"."""


def encoded_text(text: str) -> str:
    """Part of a URL: what may stand in it stays, and so does what is encoded already; the rest is encoded."""
    return text if _CLEAN.fullmatch(text) else quote(_LONE_PERCENT.sub("%25", text), safe=_SAFE)


def encoded_link(text: str) -> str:
    """The link as a URL in ASCII. Raises BadLink."""
    scheme, authority, rest = _parts(text.strip())
    if scheme.lower() != "https":
        raise BadLink(f"begins with {scheme.lower()}:, and Meta fetches by https:// only" if scheme else _NO_SCHEME)
    if not authority:
        raise BadLink("names no host")
    if "@" in authority:
        raise BadLink("holds a user name or a password before @, which Meta does not send")
    host, colon, port = authority.partition(":") if authority[0] != "[" else (authority, "", "")
    if colon and not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65_536):
        raise BadLink("has a port that is no number up to 65535")
    return f"https://{_host(host)}{colon}{port}{encoded_text(rest)}"


_NO_SCHEME = "does not begin with https://"


def _parts(text: str) -> tuple[str, str, str]:
    """(scheme, authority, rest); `example.com:443/a` has no scheme, but a port."""
    if "://" not in text.partition("?")[0]:
        return "", text, ""
    found = _PARTS.fullmatch(text)
    return (found[1] or "", found[2], found[3]) if found is not None else ("", text, "")


def _host(host: str) -> str:
    if _HOST.fullmatch(host):
        return host
    try:
        name = host.encode("idna")
        same = name.decode("idna") == host.lower()
    except UnicodeError:
        name, same = b"", False
    # What comes back as another name would lead to somebody else (ß does).
    if host.isascii() or not same or not _HOST.fullmatch(name.decode()):
        raise BadLink("has a host that is no domain name; write letters that are not ASCII as xn--…")
    return name.decode()


def document_name(link: str) -> str:
    """The file name at the end of a link to a document, "" when it does not end in one (WhatsApp: "Untitled")."""
    last = unquote(link.partition("?")[0].partition("#")[0].rpartition("/")[2])
    ending = last.rpartition(".")[2].lower()
    return safe_name(last, ending) if "." in last.strip(".") and ending in _DOCUMENT_ENDINGS else ""
