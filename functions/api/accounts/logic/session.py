"""What somebody has who is logged in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Session:
    """`expires_in` is the access token's life in seconds."""

    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int
