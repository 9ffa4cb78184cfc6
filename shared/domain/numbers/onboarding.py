"""One connection of a WhatsApp Business account: what has been done of it, and what is next. Pure.

It is recorded step by step, so that it goes on where it stands, whoever continues it and whenever. Each step may be
done again: what Meta has taken already, it takes again, or it is known here not to be asked for twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shared.clock import EpochMs
from shared.domain.numbers.onboarding_steps import OPTIONAL, Step
from shared.domain.numbers.onboarding_troubles import Remedy, Trouble
from shared.errors import Conflict, InvalidInput, RateLimited
from shared.ids import PhoneNumberId, WabaId

RUN_MS = 35_000
"""So long one caller works at it at most: the API's function is ended after 29 s."""
_MOST_CHARACTERS = 2_000
_SECRETS = frozenset(
    {"access_token", "input_token", "client_secret", "appsecret_proof", "code", "pin", "verify_token", "secret"}
)
_PEOPLE = frozenset({"contacts", "input", "wa_id", "user_id", "to"})


class StepState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class State(StrEnum):
    """`waiting`: nothing stands in the way of continuing. `blocked`: somebody has to do something first. `connected`:
    the number works, the test message is left. `complete`: nothing is left."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    CONNECTED = "connected"
    COMPLETE = "complete"


_OVER = frozenset({StepState.DONE, StepState.SKIPPED})


@dataclass(frozen=True, slots=True)
class StepRecord:
    """`answer` is Meta's, as JSON without secrets; `at` (epoch ms) is when it was last tried. `asked_before`: Meta may
    have done it already, in an attempt that got no answer or before a new sign-up."""

    step: Step
    state: StepState = StepState.WAITING
    attempts: int = 0
    at: EpochMs = EpochMs(0)
    answer: str = ""
    trouble: Trouble | None = None
    asked_before: bool = False


@dataclass(frozen=True, slots=True)
class Onboarding:
    """`waba_id` and `phone_number_id` are what the browser named, until the token proves the first; without the second
    every number of the account is connected. `token` is encrypted. `coexistence`: a number stays in the WhatsApp
    Business app too. `synced` is what Meta took of the app's data: a number's id, a bar, and what was asked for. `run`
    is who works at it until `run_until` (epoch ms)."""

    onboarding_id: str
    created_at: EpochMs
    member_id: str
    updated_at: EpochMs
    waba_id: WabaId = WabaId("")
    phone_number_id: PhoneNumberId = PhoneNumberId("")
    account_name: str = ""
    currency: str = ""
    numbers: tuple[PhoneNumberId, ...] = ()
    synced: tuple[str, ...] = ()
    coexistence: bool = False
    token: str = ""
    token_expires_at: EpochMs = EpochMs(0)
    steps: tuple[StepRecord, ...] = field(default_factory=lambda: tuple(StepRecord(step) for step in Step))
    run: str = ""
    run_until: EpochMs = EpochMs(0)

    def record(self, step: Step) -> StepRecord:
        return next(record for record in self.steps if record.step is step)

    @property
    def next_step(self) -> Step | None:
        """The first that is not over."""
        return next((record.step for record in self.steps if record.state not in _OVER), None)

    @property
    def state(self) -> State:
        step = self.next_step
        if step is None:
            return State.COMPLETE
        if step is Step.TEST_MESSAGE:
            return State.CONNECTED
        return State.BLOCKED if self.record(step).state is StepState.FAILED else State.WAITING


def taken(onboarding: Onboarding, run: str, now: EpochMs) -> Onboarding:
    """Raises Conflict while somebody else works at it."""
    if onboarding.run and onboarding.run != run and onboarding.run_until > now:
        raise Conflict("somebody continues this at the moment; read it again in a few seconds", code="onboarding_busy")
    return replace(onboarding, run=run, run_until=EpochMs(now + RUN_MS))


def left(onboarding: Onboarding, run: str) -> Onboarding:
    return replace(onboarding, run="", run_until=EpochMs(0)) if onboarding.run == run else onboarding


def with_code(onboarding: Onboarding, waba_id: WabaId, phone_number_id: PhoneNumberId) -> Onboarding:
    """After another sign-up: all over again, with what it names. What it does not name stays, but for what the one of
    before was found not to reach: following that remedy would find the same again."""
    step = onboarding.next_step
    trouble = onboarding.record(step).trouble if step is not None else None
    refused = trouble.field if trouble is not None and trouble.remedy is Remedy.CHOOSE_ACCOUNT else ""
    kept_waba = WabaId("") if refused == "waba_id" else onboarding.waba_id
    is_another = bool(waba_id) and waba_id != onboarding.waba_id
    kept_number = PhoneNumberId("") if refused or is_another else onboarding.phone_number_id
    return replace(
        onboarding,
        waba_id=waba_id or kept_waba,
        phone_number_id=phone_number_id or kept_number,
        token="",
        synced=(),
        steps=_repeated(onboarding, Step.CODE),
    )


def with_names(onboarding: Onboarding, waba_id: WabaId, phone_number_id: PhoneNumberId) -> Onboarding:
    """With another account or number of the same sign-up: what was proved of the one is not of the other."""
    if waba_id not in ("", onboarding.waba_id):
        number = phone_number_id or PhoneNumberId("")
        return replace(onboarding, waba_id=waba_id, phone_number_id=number, steps=_repeated(onboarding, Step.TOKEN))
    if phone_number_id not in ("", onboarding.phone_number_id):
        return replace(onboarding, phone_number_id=phone_number_id, steps=_repeated(onboarding, Step.NUMBERS))
    return onboarding


def _repeated(onboarding: Onboarding, first: Step) -> tuple[StepRecord, ...]:
    """The steps, of which this and all behind it are to be done, again where they were."""
    order = list(Step)

    def repeated(record: StepRecord) -> StepRecord:
        asked = record.asked_before or record.state is StepState.DONE
        return StepRecord(record.step, attempts=record.attempts, at=record.at, asked_before=asked)

    begin = order.index(first)
    return tuple(repeated(one) if order.index(one.step) >= begin else one for one in onboarding.steps)


def require_time(onboarding: Onboarding, now: EpochMs) -> None:
    """Raises RateLimited where Meta wants nothing to be tried before a moment that has not come."""
    step = onboarding.next_step
    trouble = onboarding.record(step).trouble if step is not None else None
    if trouble is not None and trouble.retry_at > now:
        raise RateLimited(trouble.words, wait_ms=trouble.retry_at - now, code="too_early")


def done(onboarding: Onboarding, step: Step, answer: Mapping[str, object], now: EpochMs) -> Onboarding:
    """With Meta's answer, of which nothing secret is kept."""
    record = onboarding.record(step)
    return _with(
        onboarding,
        replace(record, state=StepState.DONE, attempts=record.attempts + 1, at=now, answer=shown(answer), trouble=None),
        now,
    )


def failed(onboarding: Onboarding, step: Step, trouble: Trouble, now: EpochMs, *, unanswered: bool) -> Onboarding:
    """`unanswered`: Meta may have done it all the same."""
    record = onboarding.record(step)
    asked = record.asked_before or unanswered
    failing = replace(record, state=StepState.FAILED, attempts=record.attempts + 1, at=now, trouble=trouble)
    return _with(onboarding, replace(failing, asked_before=asked), now)


def skipped(onboarding: Onboarding, now: EpochMs) -> Onboarding:
    """Without the step where it stands. Raises InvalidInput for one that cannot be left out."""
    step = onboarding.next_step
    if step not in OPTIONAL:
        raise InvalidInput(f"the step {step or 'after the last'} cannot be left out", field="skip")
    return left_out(onboarding, step, now)


def left_out(onboarding: Onboarding, step: Step, now: EpochMs) -> Onboarding:
    """Without a step that is none of this account's."""
    return _with(onboarding, replace(onboarding.record(step), state=StepState.SKIPPED, at=now, trouble=None), now)


def _with(onboarding: Onboarding, changed: StepRecord, now: EpochMs) -> Onboarding:
    steps = tuple(changed if record.step is changed.step else record for record in onboarding.steps)
    return replace(onboarding, steps=steps, updated_at=now)


def shown(answer: Mapping[str, object]) -> str:
    """Meta's answer as it is kept and shown: without secrets, and without anybody's number but the business's own. One
    that is longer than 2,000 characters is kept as the names of its fields."""
    kept = _without_secrets(answer)
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= _MOST_CHARACTERS else json.dumps({"fields": sorted(answer)[:50]})


def _without_secrets(value: object) -> object:
    if isinstance(value, Mapping):
        hidden = _SECRETS | _PEOPLE
        return {str(key): _without_secrets(item) for key, item in value.items() if str(key).lower() not in hidden}
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return value
