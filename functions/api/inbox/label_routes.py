"""The tenant's labels of conversations."""

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.revisions import revised
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.inbox.desk_models import LabelIn, LabelOut, LabelPatch, LabelsOut
from shared.domain.accounts.account import Scope
from shared.domain.conversations.inbox_settings import Label
from shared.store.conversations.inbox_settings import InboxSettings

router = new_router()
deps = parts_for(router, InboxSettings)
LabelId = Annotated[str, Path(pattern=ULID, description="id of the label")]


@router.get("/v1/labels", **secured(Scope.READ, "labels", "list_labels", summary="Labels of conversations"))
def list_labels(limit: Limit = 50, cursor: CursorText = None) -> LabelsOut:
    """Conversations hold their ids."""
    page = deps().labels_page(caller(router).tenant_id, limit, cursor)
    return LabelsOut(items=[LabelOut.of(label) for label in page.items], next_cursor=page.cursor)


@router.post("/v1/labels", **effect(Scope.CONVERSATIONS, "labels", "create_label", summary="Make a label", status=201))
def post_label(body: LabelIn) -> LabelOut:
    """Each name is there once."""
    tenant_id, request = caller(router).tenant_id, operation(router)
    label = Label(request.operation_id, body.name, body.colour, request.at)
    deps().put_label(tenant_id, label)
    return LabelOut.of(label)


@router.patch(
    "/v1/labels/<label_id>",
    **secured(Scope.CONVERSATIONS, "labels", "update_label", summary="Rename or colour a label"),
)
def patch_label(label_id: LabelId, body: LabelPatch) -> LabelOut:
    """Conversations keep it: they hold its id, which stays."""

    def changed(label: Label) -> Label:
        after = replace(label, name=body.name or label.name, colour=body.colour or label.colour)
        return revised(label, after, body.revision)

    return LabelOut.of(deps().change_label(caller(router).tenant_id, label_id, changed))


@router.delete(
    "/v1/labels/<label_id>",
    **secured(Scope.CONVERSATIONS, "labels", "delete_label", summary="Remove a label", status=204),
)
def delete_label(label_id: LabelId) -> None:
    """Conversations that had it keep its id, which means nothing from then on, until their labels are changed."""
    deps().delete_label(caller(router).tenant_id, label_id)
