"""The texts in a JSON document, each with the name it stands under."""

from collections.abc import Iterator


def texts_in(document: object, name: str = "") -> Iterator[tuple[str, str]]:
    """(name, text) of each, in order: those of a list stand under the list's name."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from texts_in(value, str(key))
    elif isinstance(document, list):
        for value in document:
            yield from texts_in(value, name)
    elif isinstance(document, str):
        yield name, document
