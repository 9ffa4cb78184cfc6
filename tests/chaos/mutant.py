"""A small mistake that somebody could make in the send engine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`changes` are (text, what stands there instead) in one file; each text occurs exactly once.

    `harmless` says why nothing can come of it, because something else holds too: it may survive.
    """

    name: str
    file: str
    changes: tuple[tuple[str, str], ...]
    harmless: str = ""


def one(name: str, file: str, text: str, instead: str, harmless: str = "") -> Mutant:
    return Mutant(name, file, ((text, instead),), harmless)
