"""The drills, in the order in which they are played."""

from collections.abc import Mapping

from infra.local.drills import (
    bad_deploy,
    dead_letters,
    got_it_twice,
    signature_mismatch,
    stuck_campaign,
    table_throttled,
    token_revoked,
)
from infra.local.drills.stage import Drill

_ALL = (
    *(token_revoked, got_it_twice, signature_mismatch, bad_deploy, table_throttled),
    *(dead_letters, stuck_campaign),
)
DRILLS: Mapping[str, Drill] = {module.DRILL.name: module.DRILL for module in _ALL}
