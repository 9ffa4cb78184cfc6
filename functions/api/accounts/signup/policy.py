"""The version of the terms and the privacy notice that whoever signs up accepts."""

from shared.errors import InvalidInput

POLICY_VERSION = "2026-11"


def check_policy(accepted: str) -> None:
    """Raises InvalidInput (`policy_not_current`), which tells the version to be shown and accepted."""
    if accepted != POLICY_VERSION:
        raise InvalidInput(
            f"this is not the version in force: show version {POLICY_VERSION}, and send it once it is accepted",
            field="policy_version",
            code="policy_not_current",
            extensions={"policy_version": POLICY_VERSION},
        )
