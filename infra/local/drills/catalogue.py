"""The drills, in the order in which they are played."""

from collections.abc import Mapping

from infra.local.drills import got_it_twice, signature_mismatch, token_revoked
from infra.local.drills.stage import Drill

_ALL = (token_revoked, got_it_twice, signature_mismatch)
DRILLS: Mapping[str, Drill] = {module.DRILL.name: module.DRILL for module in _ALL}
