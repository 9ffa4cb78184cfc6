"""`waba`: whether Meta brings us an account's webhooks, and having it do so again."""

import argparse

from functions.api.meta.calls import SyncGraph, every
from functions.api.numbers.cell import Cell
from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb
from shared.clients.graph import GraphAccess, GraphClient
from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.clients.webhook_sender import WebhookSender
from shared.domain.numbers.number import Waba
from shared.errors import NotFound
from shared.ids import TenantId, WabaId
from shared.services.meta_access import MetaAccess


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "waba", "one of Meta's WhatsApp Business account ids")
    add_verb(verbs, "status", _status, "whether its token works, and Meta sends its webhooks here", ("waba",))
    add_verb(verbs, "subscribe", _subscribe, "have Meta send its webhooks here again", ("waba",), acts=True)


def _found(desk: Desk, name: str) -> tuple[TenantId, Waba]:
    tenant_id = desk.accounts.tenant_of_waba(WabaId(name))
    if tenant_id is None:
        raise NotFound("this account is nobody's here: give Meta's id of the account", field="waba")
    return tenant_id, desk.accounts.waba(tenant_id, WabaId(name))


def _access(desk: Desk, tenant_id: TenantId, waba: Waba) -> GraphAccess:
    """Raises Conflict for an account that has left."""
    vault = Vault(desk.aws.kms, desk.stack.env["KMS_KEY_ID"])
    return MetaAccess(desk.accounts, vault, desk.secret_reader).of_account(tenant_id, waba, desk.now)


def _graph(desk: Desk) -> SyncGraph:
    return SyncGraph(GraphClient(desk.stack.env["GRAPH_API_URL"], desk.stack.env["GRAPH_API_VERSION"]))


def _status(desk: Desk, args: argparse.Namespace) -> Answer:
    tenant_id, waba = _found(desk, args.waba)
    return {"waba": waba.waba_id, "tenant": tenant_id, "status": waba.status, **_said(desk, tenant_id, waba)}


def _said(desk: Desk, tenant_id: TenantId, waba: Waba) -> Answer:
    """What Meta says of its webhooks; raises ProviderRejected with Meta's words when the token is refused."""
    access = _access(desk, tenant_id, waba)
    edge = f"{waba.waba_id}/subscribed_apps"
    apps = list(every(_graph(desk), edge, access, "whatsapp_business_api_data,override_callback_uri"))
    ids = [str((app.get("whatsapp_business_api_data") or {}).get("id", "")) for app in apps]
    return {
        "token": "works",
        "subscribed": desk.stack.parameters.get("MetaAppId", "") in ids,
        "sent_to": [str(app["override_callback_uri"]) for app in apps if app.get("override_callback_uri")],
    }


def _subscribe(desk: Desk, args: argparse.Namespace) -> Answer:
    """As connecting it does: in a cell, the control stack is told first."""
    tenant_id, waba = _found(desk, args.waba)
    control = desk.stack.parameters.get("ControlUrl", "")

    def do() -> Answer:
        secrets, override = desk.meta_secrets, {}
        if control:
            send = WebhookSender(allow_private=True).send
            forwards = Queue(desk.aws.sqs, desk.stack.queues["ForwardQueue"])
            cell = Cell(desk.stack.outputs["MetaWebhookUrl"], control, send, forwards)
            cell.join(waba.waba_id, secrets.meta_app_secret, desk.now)
            override = dict(cell.override(secrets.meta_verify_token))
        _graph(desk).call("POST", f"{waba.waba_id}/subscribed_apps", _access(desk, tenant_id, waba), body=override)
        return _said(desk, tenant_id, waba)

    return desk.act(args, "waba.subscribe", str(waba.waba_id), do, preview={"tenant": tenant_id, "through": control})
