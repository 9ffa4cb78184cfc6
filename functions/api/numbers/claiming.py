"""Making an account and its numbers one tenant's, here and in the control stack, before Meta is told anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from functions.api.numbers.cell import Cell
from functions.api.numbers.logic.stop_reasons import UNFINISHED
from shared.domain.accounts.plans import Entitlements
from shared.domain.numbers.number import Number, Waba
from shared.errors import Conflict
from shared.ids import TenantId
from shared.store.accounts.tenants import Accounts


def unfinished(number: Number) -> Number:
    """Not to be used before Meta has registered it."""
    return replace(number, status="disconnected", reason=UNFINISHED)


@contextmanager
def _belonging_to_one() -> Iterator[None]:
    try:
        yield
    except Conflict as exc:
        raise Conflict(
            "this account already belongs to another tenant", field="waba_id", code="already_claimed"
        ) from exc


class Claims:
    def __init__(self, accounts: Accounts, cell: Cell | None = None) -> None:
        """`cell` is None where this is the only stack of the app, or the one that has its callback URL."""
        self._accounts = accounts
        self.cell = cell

    def take(
        self, tenant_id: TenantId, waba: Waba, numbers: list[Number], limits: Entitlements, app_secret: str
    ) -> None:
        """Raises Conflict when another tenant holds them, LimitExceeded when the plan has no room, ControlRefused, and
        RetryableError. Again changes nothing else."""
        if self.cell is None:
            self._connect(tenant_id, waba, numbers, limits)
        else:
            self._take_in_cell(self.cell, tenant_id, waba, numbers, limits, app_secret)

    def _take_in_cell(
        self, cell: Cell, tenant_id: TenantId, waba: Waba, numbers: list[Number], limits: Entitlements, secret: str
    ) -> None:
        """Nobody of another stack may have it, and of this one's tenants only one asks: so whoever takes it back, where
        it comes to nothing, takes back nobody else's."""
        self._accounts.require_room(tenant_id, numbers, limits)
        with _belonging_to_one():
            self._accounts.reserve(tenant_id, waba.waba_id)
        try:
            cell.join(waba.waba_id, secret, waba.connected_at)
            self._connect(tenant_id, waba, numbers, limits)
        except Exception:
            if self._accounts.give_back(tenant_id, waba.waba_id):
                cell.leave(waba.waba_id, waba.connected_at)
            raise

    def _connect(self, tenant_id: TenantId, waba: Waba, numbers: list[Number], limits: Entitlements) -> None:
        with _belonging_to_one():
            self._accounts.connect(tenant_id, waba, numbers, limits)
