"""How many things of a kind a tenant may have, whatever its plan: everything that a tenant can grow has a bound."""

from shared.errors import TooMany


def require_room(count: int, most: int, things: str, code: str) -> None:
    """Raises TooMany (`code`) when one more would make more than `most`; `count` is without that one."""
    if count >= most:
        raise TooMany(f"there are {most} {things}, which is the most there can be; remove one first", code=code)
