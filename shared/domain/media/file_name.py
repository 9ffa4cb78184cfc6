"""File names that strangers chose, made safe to hand to a browser (RFC 6266, RFC 8187)."""

import unicodedata
from urllib.parse import quote

_LONGEST = 120
# What a path, a header or a shell could stumble over.
_UNSAFE = frozenset('/\\:*?"<>|')
_ATTR_CHARS = "!#$&+.^_`~-"


def safe_name(name: str, extension: str) -> str:
    """One line of printable characters without any path, at most 120 of them; `file.<extension>` when none is left.

    Control and formatting characters go, among them those that turn the direction of writing around and so make
    `exe.jpg` of `gpj.exe`.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    printable = "".join(
        "_" if char in _UNSAFE else char for char in last if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    )
    clean = " ".join(printable.split()).strip(". ")
    if not clean:
        return f"file.{extension}"
    stem, dot, ending = clean.rpartition(".")
    if len(clean) <= _LONGEST:
        return clean
    return f"{stem[: _LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else clean[:_LONGEST]


def content_disposition(name: str, *, inline: bool) -> str:
    """The header for a name that `safe_name` made: in ASCII, and in full when ASCII does not hold it."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join("_" if char in _UNSAFE else char for char in folded).strip()
    plain = f"file{plain}" if plain[:1] in ("", ".") else plain
    form = f'{"inline" if inline else "attachment"}; filename="{plain}"'
    return form if plain == name else f"{form}; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"
