"""Carrying a connection of an account on from where it stands: each step's outcome is stored before the next begins."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from functions.api.numbers.logic.requests import Given, OnboardingRequest
from functions.api.numbers.meta_app import App
from functions.api.numbers.steps import Steps, Taken, Work
from shared.clock import EpochMs
from shared.domain.accounts.plans import Entitlements
from shared.domain.numbers import onboarding as machine
from shared.domain.numbers.onboarding import Onboarding
from shared.domain.numbers.onboarding_steps import Step
from shared.domain.numbers.onboarding_troubles import Trouble, found_by_us, out_of_reach, refused_by_meta
from shared.errors import AppError, Conflict, ProviderRejected, RetryableError
from shared.ids import TenantId, new_ulid
from shared.observability import count
from shared.store.numbers.onboardings import Onboardings

BUDGET_MS = 16_000
"""Nothing is begun later than this: the API's function is ended after 29 s, Meta is waited for 5 s at most, and what is
begun asks it twice at most."""
LONGEST_BUDGET_MS = 24_000
"""For who cannot go on in another call: what is cut short may be continued all the same, once nobody works at it."""


@dataclass(frozen=True, slots=True)
class Caller:
    tenant_id: TenantId
    member_id: str
    app: App
    limits: Entitlements


class Onboarder:
    def __init__(self, onboardings: Onboardings, steps: Steps, clock: Callable[[], EpochMs]) -> None:
        self._onboardings = onboardings
        self._steps = steps
        self._clock = clock

    def start(
        self,
        caller: Caller,
        onboarding_id: str,
        request: OnboardingRequest,
        now: EpochMs,
        budget_ms: int = BUDGET_MS,
    ) -> tuple[Onboarding, AppError | None]:
        """A new one, as far as it gets, and what stopped it; where there is one of this id, that one from where it
        stands."""
        fresh = Onboarding(
            onboarding_id,
            created_at=now,
            updated_at=now,
            member_id=caller.member_id,
            waba_id=request.waba_id,
            phone_number_id=request.phone_number_id,
        )
        known = self._onboardings.create(caller.tenant_id, fresh)
        if known.token:
            # A repetition: the code was of use already, and is of none any more.
            request = replace(request, given=Given(pin=request.given.pin, test_to=request.given.test_to))
        return self.go_on(caller, onboarding_id, request, new_ulid(now), now, budget_ms)

    def go_on(
        self,
        caller: Caller,
        onboarding_id: str,
        request: OnboardingRequest,
        run: str,
        now: EpochMs,
        budget_ms: int = BUDGET_MS,
    ) -> tuple[Onboarding, AppError | None]:
        """The onboarding as it stands afterwards, and what stopped it. `run` is a ULID, new for each call.

        Raises NotFound, Conflict (`onboarding_busy`) while somebody else works at it, RateLimited (`too_early`), and
        InvalidInput for a step that cannot be left out.
        """

        def begin(known: Onboarding) -> Onboarding:
            known = machine.taken(known, run, now)
            if request.given.code:
                known = machine.with_code(known, request.waba_id, request.phone_number_id)
            else:
                known = machine.with_names(known, request.waba_id, request.phone_number_id)
            if request.skip:
                known = machine.skipped(known, now)
            machine.require_time(known, now)
            return known

        change = partial(self._onboardings.change, caller.tenant_id, onboarding_id)
        onboarding = change(begin)
        try:
            onboarding, error = self._run(caller, onboarding, request, run, now, budget_ms)
        finally:
            change(lambda known: machine.left(known, run))
        return machine.left(onboarding, run), error

    def _run(
        self,
        caller: Caller,
        onboarding: Onboarding,
        request: OnboardingRequest,
        run: str,
        began: EpochMs,
        budget_ms: int,
    ) -> tuple[Onboarding, AppError | None]:
        def change(what: Callable[[Onboarding], Onboarding]) -> Onboarding:
            return self._onboardings.change(caller.tenant_id, onboarding.onboarding_id, partial(_fenced, run, what))

        def late() -> bool:
            return self._clock() > began + budget_ms

        work = Work(caller.tenant_id, run, caller.app, caller.limits, request.given, began, late, change)
        while (step := onboarding.next_step) is not None and not late():
            if step is Step.TEST_MESSAGE and not request.given.test_to:
                break
            now = self._clock()
            try:
                taken = self._steps(step, onboarding, work, now)
            except AppError as error:
                trouble = trouble_of(step, error, now)
                count("OnboardingStepFailed")
                failed = partial(
                    machine.failed, step=step, trouble=trouble, now=now, unanswered=isinstance(error, RetryableError)
                )
                return change(failed), error
            onboarding = change(partial(_taken, step, taken, now))
        return onboarding, None


def _fenced(run: str, what: Callable[[Onboarding], Onboarding], known: Onboarding) -> Onboarding:
    """Nobody else has begun to work at it meanwhile. Raises Conflict."""
    if known.run != run:
        raise Conflict("somebody else continued this meanwhile; read it again", code="onboarding_busy")
    return what(known)


def _taken(step: Step, taken: Taken, now: EpochMs, known: Onboarding) -> Onboarding:
    learned = taken.learned(known)
    if not taken.concerns:
        return machine.left_out(learned, step, now)
    return machine.done(learned, step, taken.answer, now)


def trouble_of(step: Step, error: AppError, now: EpochMs) -> Trouble:
    """What stands in the way, as it is stored."""
    refused = error if isinstance(error, ProviderRejected) else error.__cause__
    if isinstance(refused, ProviderRejected):
        return refused_by_meta(step, refused.provider_code, error.message, now, subcode=refused.subcode)
    if isinstance(error, RetryableError) and error.code == RetryableError.code:
        return out_of_reach(step, error.message, now)
    return found_by_us(error.code, error.message, now, error.field or "")
