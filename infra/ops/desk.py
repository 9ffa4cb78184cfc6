"""What every noun of the operators' command works with, and the two rules that hold for each of its actions: nothing
happens unless `--yes` says so, and what happens is written down first."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from infra.ops.operations import Operation, OperatorAudit
from infra.ops.stack import Stack
from shared.clients.aws import AwsClients
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clock import EpochMs, epoch_ms, to_rfc3339
from shared.errors import NotFound
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.templates.templates import Templates

Answer = Mapping[str, Any]
"""What a command found, or did: JSON, in the order in which it is read."""
Nouns = Any
"""argparse gives the type of its subparsers no public name."""


@dataclass
class Desk:
    """`now` is epoch ms, `who` the operator as the audit names them."""

    database: Database
    stack: Stack
    now: EpochMs
    who: str = "operator"
    aws: AwsClients = field(init=False)

    def __post_init__(self) -> None:
        self.aws = AwsClients(self.database.session)

    @cached_property
    def directory(self) -> Directory:
        return Directory(self.database)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.directory)

    @cached_property
    def campaigns(self) -> Campaigns:
        return Campaigns(self.directory)

    @cached_property
    def templates(self) -> Templates:
        return Templates(self.directory)

    @cached_property
    def lanes(self) -> Lanes:
        return Lanes(self.database)

    @cached_property
    def sends(self) -> Sends:
        return Sends(self.database)

    @cached_property
    def contacts(self) -> Contacts:
        return Contacts(self.database)

    @cached_property
    def stops(self) -> SendingStops:
        return SendingStops(self.database)

    @cached_property
    def audit(self) -> OperatorAudit:
        return OperatorAudit(self.database)

    @cached_property
    def secret_reader(self) -> SecretReader[MetaSecrets]:
        return SecretReader(self.aws.secrets, self.stack.env["META_SECRET_ARN"], MetaSecrets)

    @property
    def meta_secrets(self) -> MetaSecrets:
        """As they stand now."""
        return self.secret_reader.read(self.now)

    @property
    def stripe_webhook_url(self) -> str:
        """The stack's output names it, but for the local cloud, which serves its API under another address."""
        local = os.environ.get("AWS_ENDPOINT_URL", "")
        if not local:
            return self.stack.outputs["StripeWebhookUrl"]
        return f"{local}/_aws/execute-api/{self.stack.outputs['ApiId']}/webhooks/stripe"

    def act(
        self,
        args: argparse.Namespace,
        action: str,
        target: str,
        do: Callable[[], Answer],
        *,
        reason: str = "",
        preview: Answer | None = None,
    ) -> Answer:
        """Only what would be done, unless `--yes` was said. Else an entry in the audit, then the thing itself, then its
        outcome in that entry; raises what it raises."""
        if not args.yes:
            return {"would": f"{action} {target}", **(preview or {}), "nothing_was_done": "add --yes to do it"}
        entry = Operation(new_ulid(), epoch_ms(), self.who, action, target, reason)
        self.audit.begin(entry)
        try:
            outcome = do()
        except Exception as error:
            self.audit.end(entry.operation_id, f"failed: {type(error).__name__}")
            raise
        self.audit.end(entry.operation_id, "done")
        return {"did": f"{action} {target}", **outcome, "audit": entry.operation_id}

    def tenant_named(self, name: str) -> TenantId:
        """From a tenant's own id, or from Meta's id of its number or account, or its customer id at Stripe. Raises
        NotFound."""
        owner = (
            self.accounts.tenant_of_number(PhoneNumberId(name))
            or self.accounts.tenant_of_waba(WabaId(name))
            or self.accounts.tenant_of_customer(name)
        )
        if owner is not None:
            return owner
        try:
            return self.accounts.tenant(TenantId(name)).tenant_id
        except NotFound as error:
            raise NotFound(
                "no such tenant: give its id, or Meta's id of its number or account, or its customer id"
            ) from error


Run = Callable[[Desk, argparse.Namespace], Answer]


def add_noun(nouns: Nouns, name: str, what: str) -> Nouns:
    """The verbs of a new noun."""
    noun = nouns.add_parser(name, help=what, description=what)
    return noun.add_subparsers(dest="verb", required=True, metavar="VERB")


def add_verb(
    verbs: Nouns, name: str, run: Run, what: str, words: Sequence[str] = (), *, acts: bool = False
) -> argparse.ArgumentParser:
    """A verb and its words in their order. One that acts only says what it would do, unless `--yes` is given."""
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=what, description=what)
    for word in words:
        verb.add_argument(word)
    if acts:
        verb.add_argument("--yes", "--for-real", dest="yes", action="store_true", help="do it; else only say what")
    verb.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer as JSON")
    verb.set_defaults(run=run)
    return verb


def said_why(verb: argparse.ArgumentParser, why: str) -> None:
    """The verb needs a `--reason`, and a blank one is none; `why` is what it says of it."""
    verb.add_argument("--reason", required=True, type=_reason, help=why)


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say why: the audit keeps it")
    return text.strip()


def moment(at: EpochMs | int | None) -> str | None:
    """As people read it; None for what never was."""
    return to_rfc3339(EpochMs(at)) if at else None


def masked(phone: str) -> str:
    """A phone number or user id as it may be shown: its beginning and its end."""
    return f"{phone[:4]}…{phone[-3:]}" if len(phone) > 8 else "…" if phone else ""
