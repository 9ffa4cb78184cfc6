"""What somebody has who is logged in."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Session:
    """`expires_in` is the access token's life in seconds."""

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
