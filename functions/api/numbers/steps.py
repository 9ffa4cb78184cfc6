"""What is done at each step of connecting an account: Meta is asked, and what follows is stored.

Every step may be done again. What a browser says is only a wish: what the exchanged token may reach is what counts,
else one tenant could claim another's account.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from functions.api.meta.calls import Graph, every
from functions.api.numbers.claiming import Claims, unfinished
from functions.api.numbers.facts import NUMBER_FIELDS, Facts, bring_up_to_date, look_up, number_from, read_facts
from functions.api.numbers.logic.requests import Given
from functions.api.numbers.meta_app import App, exchange, proven
from functions.api.numbers.registration import Registrations
from functions.api.numbers.trial_message import TrialMessages
from functions.api.templates.sync import sync_templates
from shared.clients.graph import GraphAccess
from shared.clients.vault import META_TOKEN, Vault
from shared.clock import EpochMs
from shared.domain.accounts.plans import Entitlements
from shared.domain.numbers.number import Number, Waba
from shared.domain.numbers.onboarding import Onboarding
from shared.domain.numbers.onboarding_steps import ONCE_IN_A_WHILE, Step
from shared.domain.numbers.token_watch import TokenWatch
from shared.errors import Conflict, InvalidInput, ProviderRejected, RetryableError
from shared.ids import TenantId
from shared.store.accounts.tenants import Accounts
from shared.store.numbers.token_watches import TokenWatches
from shared.store.templates.templates import Templates

_ACCOUNT_FIELDS = "id,name,currency,timezone_id,account_review_status,business_verification_status"
_SYNCED = ("smb_app_state_sync", "history")
"""Meta, coexistence: contacts first, then the history; each once after a sign-up, within 24 hours."""


@dataclass(frozen=True, slots=True)
class Work:
    """One call's work at an onboarding, which began at `began` (epoch ms). `late` says when its time is over; `keep`
    stores at once what a step has reached half-way."""

    tenant_id: TenantId
    run: str
    app: App
    limits: Entitlements
    given: Given
    began: EpochMs
    late: Callable[[], bool]
    keep: Callable[[Callable[[Onboarding], Onboarding]], object]


def _unchanged(onboarding: Onboarding) -> Onboarding:
    return onboarding


@dataclass(frozen=True, slots=True)
class Taken:
    """Meta's `answer`, and what is known of the onboarding since; `concerns` is False for a step that is none of this
    account's."""

    answer: Mapping[str, object]
    learned: Callable[[Onboarding], Onboarding] = _unchanged
    concerns: bool = True


@dataclass(frozen=True, slots=True)
class StepParts:
    graph: Graph
    accounts: Accounts
    templates: Templates
    vault: Vault
    claims: Claims
    registrations: Registrations
    trial: TrialMessages
    watches: TokenWatches


class Steps:
    def __init__(self, parts: StepParts) -> None:
        self._parts = parts
        self._graph = parts.graph
        self._by_step: Mapping[Step, Callable[[Onboarding, Work, EpochMs], Taken]] = {
            Step.CODE: self._code,
            Step.TOKEN: self._token,
            Step.ACCOUNT: self._account,
            Step.NUMBERS: self._numbers,
            Step.SUBSCRIPTION: self._subscription,
            Step.REGISTRATION: self._registration,
            Step.SYNC: self._sync,
            Step.TEMPLATES: self._templates,
            Step.HEALTH: self._health,
            Step.TEST_MESSAGE: self._test_message,
        }

    def __call__(self, step: Step, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        """Raises AppError for whatever is in the way."""
        return self._by_step[step](onboarding, work, now)

    def access(self, onboarding: Onboarding, work: Work) -> GraphAccess:
        """The account's token, open."""
        return GraphAccess.of(self._parts.vault.open(work.tenant_id, META_TOKEN, onboarding.token), work.app.secret)

    def _code(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        if not work.given.code:
            raise InvalidInput("open the sign-up, and continue with its code", field="code", code="code_missing")
        access, answer = exchange(self._graph, work.app, work.given.code)
        sealed = self._parts.vault.seal(work.tenant_id, META_TOKEN, access.token)
        return Taken(answer, lambda known: replace(known, token=sealed))

    def _token(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        token = self.access(onboarding, work).token
        answer = self._graph.call("GET", "debug_token", work.app.access, params={"input_token": token})
        found = proven(answer, work.app.app_id, onboarding.waba_id)
        return Taken(answer, lambda known: replace(known, waba_id=found.waba_id, token_expires_at=found.expires_at))

    def _account(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        access = self.access(onboarding, work)
        answer = self._graph.call("GET", onboarding.waba_id, access, params={"fields": _ACCOUNT_FIELDS})
        name, currency = str(answer.get("name", "")), str(answer.get("currency", ""))
        return Taken(answer, lambda known: replace(known, account_name=name, currency=currency))

    def _rows(self, onboarding: Onboarding, access: GraphAccess) -> Sequence[Mapping[str, Any]]:
        """The numbers that are to be connected, as Meta describes them now."""
        rows = list(every(self._graph, f"{onboarding.waba_id}/phone_numbers", access, NUMBER_FIELDS))
        if not rows:
            raise InvalidInput("the account has no phone number", field="phone_number_id", code="no_number")
        if not onboarding.phone_number_id:
            return rows
        rows = [row for row in rows if str(row["id"]) == onboarding.phone_number_id]
        if not rows:
            raise InvalidInput("the account has no such number", field="phone_number_id", code="not_yours")
        return rows

    def _numbers(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        """Claimed before webhooks come, so that the first finds its tenant; usable only once Meta has registered
        them."""
        access = self.access(onboarding, work)
        rows = self._rows(onboarding, access)
        numbers = [self._number(work.tenant_id, row, onboarding, now) for row in rows]
        facts = look_up(self._graph, access, numbers[0].phone_number_id)
        waba = _waba(onboarding, facts, now)
        self._parts.claims.take(work.tenant_id, waba, numbers, work.limits, work.app.secret)
        self._parts.watches.put(work.tenant_id, TokenWatch(waba.waba_id, waba.token_expires_at))
        ids = tuple(number.phone_number_id for number in numbers)
        shared = any(row.get("is_on_biz_app") for row in rows)
        return Taken({"data": list(rows)}, lambda known: replace(known, numbers=ids, coexistence=shared))

    def _number(self, tenant_id: TenantId, row: Mapping[str, Any], onboarding: Onboarding, now: EpochMs) -> Number:
        number = number_from(row, onboarding.waba_id, now)
        return number if self._parts.registrations.is_done(tenant_id, row) else unfinished(number)

    def _subscription(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        """Without an override, one of before is taken back (Meta, webhook overrides)."""
        access, path, cell = (
            self.access(onboarding, work),
            f"{onboarding.waba_id}/subscribed_apps",
            self._parts.claims.cell,
        )
        override = {} if cell is None else cell.override(work.app.verify_token)
        self._graph.call("POST", path, access, body=override)
        answer = self._graph.call("GET", path, access)
        rows = answer.get("data")
        for row in rows if isinstance(rows, list) else ():
            ours = str((row.get("whatsapp_business_api_data") or {}).get("id", "")) == work.app.app_id
            if ours and (row.get("override_callback_uri") or "") == override.get("override_callback_uri", ""):
                return Taken(answer)
        raise RetryableError(
            "Meta took the subscription of webhooks, and does not list it; continue in a minute",
            code="subscription_missing",
        )

    def _registration(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        access, registrations = self.access(onboarding, work), self._parts.registrations
        trouble = onboarding.record(Step.REGISTRATION).trouble
        answers: dict[str, object] = {}
        for row in self._chosen(onboarding, access):
            number = number_from(row, onboarding.waba_id, now)
            if not registrations.is_done(work.tenant_id, row):
                _require_time(work)
                if trouble is not None and trouble.cause == "deregistration_incomplete":
                    registrations.end(number.phone_number_id, access)
                answers[number.phone_number_id] = registrations.register(
                    work.tenant_id, number.phone_number_id, access, work.given.pin
                )
            self._usable(work.tenant_id, number)
        return Taken(answers, concerns=bool(answers) or not onboarding.coexistence)

    def _chosen(self, onboarding: Onboarding, access: GraphAccess) -> Sequence[Mapping[str, Any]]:
        return [row for row in self._rows(onboarding, access) if str(row["id"]) in onboarding.numbers]

    def _usable(self, tenant_id: TenantId, number: Number) -> None:
        def usable(known: Number) -> Number:
            if known.has_left:
                words = "the number was disconnected meanwhile; open the sign-up again"
                raise Conflict(words, code="account_disconnected")
            return known.stopped_like(number) if known.status == "disconnected" else known

        self._parts.accounts.change_number(tenant_id, number.phone_number_id, usable)

    def _sync(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        """Of a number that the WhatsApp Business app uses too: its contacts and its history come by webhooks."""
        if not onboarding.coexistence:
            return Taken({}, concerns=False)
        access = self.access(onboarding, work)
        asked_before = onboarding.record(Step.SYNC).asked_before
        answers: dict[str, object] = {}
        for row in self._chosen(onboarding, access):
            for kind in _SYNCED if row.get("is_on_biz_app") else ():
                taken = f"{row['id']}|{kind}"
                if taken in onboarding.synced:
                    continue
                _require_time(work)
                answers[taken] = self._ask_for(str(row["id"]), kind, access, asked_before=asked_before)
                work.keep(lambda known, taken=taken: replace(known, synced=(*known.synced, taken)))  # type: ignore[misc]
        return Taken(answers)

    def _ask_for(self, number: str, kind: str, access: GraphAccess, *, asked_before: bool) -> Mapping[str, Any]:
        body = {"messaging_product": "whatsapp", "sync_type": kind}
        try:
            return self._graph.call("POST", f"{number}/smb_app_data", access, body=body)
        except ProviderRejected as refused:
            if not asked_before or not refused.says(ONCE_IN_A_WHILE):
                raise
            return {"asked_before": True}

    def _templates(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        access = self.access(onboarding, work)
        synced = sync_templates(self._graph, self._parts.templates, access, work.tenant_id, onboarding.waba_id, now)
        return Taken({"templates": synced.listed})

    def _health(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        access, accounts = self.access(onboarding, work), self._parts.accounts
        answers: dict[str, object] = {}
        for phone_number_id in onboarding.numbers:
            _require_time(work)
            facts, answers[phone_number_id] = read_facts(self._graph, access, phone_number_id)
            bring_up_to_date(accounts, work.tenant_id, accounts.number(work.tenant_id, phone_number_id), facts, now)
        return Taken(answers)

    def _test_message(self, onboarding: Onboarding, work: Work, now: EpochMs) -> Taken:
        return Taken(
            self._parts.trial.send(work.tenant_id, onboarding.numbers[0], work.given.test_to, work.run, work.began)
        )


def _require_time(work: Work) -> None:
    """Raises RetryableError once it is too late to ask Meta for more."""
    if work.late():
        raise RetryableError("Meta was slow, and not all of this is done; continue")


def _waba(onboarding: Onboarding, facts: Facts, now: EpochMs) -> Waba:
    return Waba(
        waba_id=onboarding.waba_id,
        name=onboarding.account_name,
        currency=onboarding.currency,
        token=onboarding.token,
        connected_at=now,
        messaging_limit=facts.messaging_limit,
        limit_at=EpochMs(0) if facts.messaging_limit is None else now,
        token_expires_at=onboarding.token_expires_at,
    )
