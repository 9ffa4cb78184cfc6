"""A small mistake that somebody could make."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`changes` are (text, what stands there instead) in one file; each text occurs exactly once.

    `harmless` says why nothing can come of it, because something else holds too: it may survive. `tests` are the files
    that shall notice it, those of the model where none is named.
    """

    name: str
    file: str
    changes: tuple[tuple[str, str], ...]
    harmless: str = ""
    tests: tuple[str, ...] = ()


def one(name: str, file: str, text: str, instead: str, harmless: str = "", *, tests: tuple[str, ...] = ()) -> Mutant:
    return Mutant(name, file, ((text, instead),), harmless, tests)
