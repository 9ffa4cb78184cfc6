"""Takes the fields of a script action, so that a misspelt one is an error and not silence."""

from .config import BadScript, Json


class Fields:
    """The fields of one action; `done` complains about what nobody asked for."""

    def __init__(self, where: str, value: Json) -> None:
        self._where = where
        self._left = dict(value)

    def text(self, name: str, default: str = "") -> str:
        """A string (numbers are taken as such)."""
        value = self._left.pop(name, None)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise BadScript(f"{self._where}.{name} must be a string")
        return str(value)

    def needed(self, name: str) -> str:
        """A string that must be there."""
        value = self.text(name)
        if not value:
            raise BadScript(f"{self._where}.{name} is required")
        return value

    def number(self, name: str) -> float | None:
        """A number, or None."""
        value = self._left.pop(name, None)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise BadScript(f"{self._where}.{name} must be a number")
        return value

    def whole(self, name: str) -> int | None:
        """A whole number, or None."""
        value = self.number(name)
        return None if value is None else int(value)

    def flag(self, name: str) -> bool | None:
        """True, False, or None when not given."""
        value = self._left.pop(name, None)
        if value is not None and not isinstance(value, bool):
            raise BadScript(f"{self._where}.{name} must be true or false")
        return value

    def object(self, name: str) -> Json | None:
        """An object, or None."""
        value = self._left.pop(name, None)
        if value is not None and not isinstance(value, dict):
            raise BadScript(f"{self._where}.{name} must be an object")
        return value

    def objects(self, name: str) -> list[Json]:
        """A list of objects."""
        value = self._left.pop(name, None) or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise BadScript(f"{self._where}.{name} must be a list of objects")
        return value

    def done(self) -> None:
        """Raises BadScript when something is left."""
        if self._left:
            raise BadScript(f"{self._where}: unknown {', '.join(sorted(self._left))}")
