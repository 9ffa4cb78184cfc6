"""What a dry run found."""

from typing import Literal

from pydantic import Field

from functions.api.models.base import Output


class DryRunStartedOut(Output):
    dry_run_id: str
    status: Literal["running"] = "running"


class SampleOut(Output):
    contact_id: str
    text: str


class MissingOut(Output):
    contact_id: str
    slot: str


class DryRunOut(Output):
    dry_run_id: str
    status: Literal["running", "complete"]
    started_at: str | None
    planned: int
    sendable: int
    skipped: dict[str, int]
    samples: list[SampleOut]
    missing: list[MissingOut] = Field(description="the first hundred people who lack a value, and for which variable")
    missing_by_slot: dict[str, int] = Field(
        description="how many people each variable keeps out: its value is missing, too long or not of its form"
    )
    estimated_seconds: int = Field(description="how long sending takes at the number's rate, all by itself")
