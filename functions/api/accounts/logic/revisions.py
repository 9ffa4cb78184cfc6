"""Two people who change one thing: the second is told."""

from shared.errors import Conflict


def check_revision(found: int, seen: int) -> None:
    """Raises Conflict (`changed_meanwhile`) when somebody changed it since it was seen."""
    if found != seen:
        raise Conflict(
            f"somebody has changed this meanwhile (revision {found}): read it again, and decide by what is there now",
            field="revision",
            code="changed_meanwhile",
        )
