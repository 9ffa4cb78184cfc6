"""How many things of a kind a tenant may have, whatever its plan: everything that a tenant can grow has a bound."""

from shared.errors import TooMany


def require_room(count: int, most: int, things: str, *, field: str | None = None, code: str = "") -> None:
    """Raises TooMany (`too_many_<things>`) when one more would make more than `most`; `count` is without that one."""
    if count < most:
        return
    raise TooMany(
        f"there are {most} {things}, which is the most there can be; remove one first",
        field=field,
        code=code or f"too_many_{things.replace(' ', '_')}",
    )
