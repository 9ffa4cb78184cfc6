"""What an app is to be subscribed to: whatever the README leaves out never arrives, and nobody notices."""

import re

import pytest

from functions.webhook_ingest.account.logic import notices
from functions.webhook_ingest.receive import split
from functions.webhook_ingest.receive.standby import HANDOVERS, STANDBY
from infra.packaging.target import ROOT

STEP = re.search(r"Meta app dashboard.*?\n- ", (ROOT / "README.md").read_text(), re.DOTALL)
LISTED = set(re.findall(r"`([a-z_]+)`", STEP[0])) if STEP else set()
TEMPLATES = {"message_template_components_update"}
NUMBERS = {"business_capability_update"}
"""Fields that change what is stored and of which no notice is given."""


@pytest.mark.parametrize(
    "field", sorted({*notices._TELLERS, *split._LONG, split._ECHOES, *STANDBY, HANDOVERS, *TEMPLATES, *NUMBERS})
)
def test_every_field_that_is_read_is_subscribed_to(field: str) -> None:
    assert field in LISTED
