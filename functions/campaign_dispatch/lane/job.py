"""One claimed message: what is sent for it, and what it comes to when nothing is."""

from dataclasses import dataclass

from functions.campaign_dispatch.lane.results import Sent
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.callback import CampaignSlot, encode_slot
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Outcome
from shared.domain.contacts.consent import SkipReason
from shared.domain.templates.compiler import SendPlan, message_body


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed message. `contacts`: as how many its person was known when it was found fit to be sent."""

    run: Run
    block: int
    slot: int
    attempt: int
    recipient: Recipient
    contacts: int = 1

    def came_to(self, outcome: Outcome, at: EpochMs, *, trip: bool = False) -> Sent:
        """Meta answered, or did not. It left at `at` (epoch ms); `trip` marks the refusal at which the campaign must
        stop."""
        return Sent(self.run, self.block, self.slot, self.attempt, self.recipient, outcome, at=at, trip=trip)

    def kept(self, wait_ms: int = 0) -> Sent:
        """Not sent after all: it waits, at least so long, and this attempt has still to be made."""
        return Sent(self.run, self.block, self.slot, self.attempt, self.recipient, None, kept=True, wait_ms=wait_ms)

    def skipped(self, reason: SkipReason) -> Sent:
        """Not to be sent."""
        return Sent(self.run, self.block, self.slot, self.attempt, self.recipient, None, reason)

    def body(self, plan: SendPlan) -> dict[str, object]:
        """The request to Meta."""
        to = self.recipient.to
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to" if to.startswith("+") else "recipient": to,
            "type": "template",
            "template": message_body(plan, self.recipient.values),
            "biz_opaque_callback_data": encode_slot(
                CampaignSlot(self.run.tenant_id, self.run.campaign_id, self.block, self.slot, self.attempt)
            ),
        }
