"""What a condition may ask about: segments ask about contacts, flows about messages and sessions too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.domain.expressions.condition import Kind, Subject
from shared.domain.expressions.problems import Fault, Refused

KeyCheck = Callable[[str | int], None]
"""Raises Refused for a key that no subject of this name has."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`attributes`: names without a key, such as `contact.country`. `open_roots`: keys of a root such as `fields`, with
    their kinds. `keyed`: names with a key of their own, such as `campaign.read`, with what checks the key. `refused`:
    names that somebody may well ask for, with why they cannot be yet."""

    attributes: Mapping[str, Kind]
    open_roots: Mapping[str, Mapping[str, Kind]] = field(default_factory=dict)
    keyed: Mapping[str, tuple[Kind, KeyCheck]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def kind_of(self, subject: Subject) -> Kind:
        """Raises Refused for what there is not, with what there is instead."""
        name, key = subject.name, subject.key
        if name in self.refused:
            raise Refused(Fault.NOT_KEPT, self.refused[name])
        if name in self.open_roots:
            kind = self.open_roots[name].get(str(key))
            if kind is None:
                choices = sorted(self.open_roots[name])
                raise Refused(
                    Fault.UNKNOWN_FIELD, f"there is no field {str(key)!r}; create it, or name another", choices
                )
            return kind
        if name in self.keyed:
            kind, check = self.keyed[name]
            check(key)
            return kind
        if name not in self.attributes or key != "":
            choices = sorted(self.names)
            raise Refused(
                Fault.UNKNOWN_SUBJECT, f"nothing is known by this name; there are {', '.join(choices)}", choices
            )
        return self.attributes[name]

    @property
    def names(self) -> list[str]:
        """As one writes them in a text."""
        keyed = [f"{root}(…).{name}" for root, _, name in (full.partition(".") for full in self.keyed)]
        return [*self.attributes, *(f"{root}.…" for root in self.open_roots), *keyed]
