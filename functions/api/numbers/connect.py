"""Connecting a tenant's WhatsApp Business account in one call: an onboarding from its beginning to its end."""

import json
from dataclasses import dataclass

from functions.api.numbers.logic.requests import OnboardingRequest
from functions.api.numbers.onboarding import LONGEST_BUDGET_MS, Caller, Onboarder
from shared.clock import EpochMs
from shared.domain.numbers.number import Number, Waba
from shared.domain.numbers.onboarding import Onboarding, State
from shared.domain.numbers.onboarding_steps import Step
from shared.errors import RetryableError
from shared.store.accounts.tenants import Accounts


@dataclass(frozen=True, slots=True)
class Connected:
    waba: Waba
    numbers: list[Number]
    templates: int


class Connector:
    def __init__(self, onboarder: Onboarder, accounts: Accounts) -> None:
        self._onboarder = onboarder
        self._accounts = accounts

    def connect(self, caller: Caller, onboarding_id: str, request: OnboardingRequest, now: EpochMs) -> Connected:
        """The account and its numbers as they are stored.

        Raises what its steps do: InvalidInput when the code or the token does not prove the ids, Conflict when another
        tenant holds them, LimitExceeded when the plan has no room, ControlRefused, ProviderRejected, RetryableError.
        `onboarding_id` is then one that can be continued from where it stopped; it stands beside the error.
        """
        onboarding, error = self._onboarder.start(caller, onboarding_id, request, now, LONGEST_BUDGET_MS)
        if error is None and onboarding.state not in (State.CONNECTED, State.COMPLETE):
            error = RetryableError("Meta is slow: read the onboarding, and continue it")
        if error is not None:
            error.extensions["onboarding_id"] = onboarding_id
            raise error
        numbers = [self._accounts.number(caller.tenant_id, one) for one in onboarding.numbers]
        return Connected(self._accounts.waba(caller.tenant_id, onboarding.waba_id), numbers, _templates(onboarding))


def _templates(onboarding: Onboarding) -> int:
    return int(json.loads(onboarding.record(Step.TEMPLATES).answer)["templates"])
