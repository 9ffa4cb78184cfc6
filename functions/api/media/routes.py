"""Files: the tenant's own ones, to be sent, and those of messages."""

from typing import Annotated, NoReturn

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.http.fields import ULID, ConversationPath, moment
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.media.models import MediaIn, MediaLinkOut, MediaListOut, MediaMadeOut, MediaOneOut, MediaOut
from functions.api.media.parts import MediaParts
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.media.file_name import safe_name
from shared.domain.media.library import LibraryFile
from shared.domain.media.media_types import SENDABLE, extension_of
from shared.domain.media.message_media import MessageMedia, library_key
from shared.errors import Conflict, NotFound, PermanentError
from shared.ids import TenantId
from shared.services.media import LINK_SECONDS, UPLOAD_LINK_SECONDS

router = new_router()
deps = parts_for(router, MediaParts)
FileId = Annotated[str, Path(pattern=ULID, description="id of the file")]
_COPY_SECONDS = 3
_NEXT_TRY_SECONDS = 720
"""When the queue delivers again what could not be copied: its visibility timeout."""
MESSAGE_ID = r"^[0-9]{13}-[0-9A-Za-z]{1,64}$"


class MediaGone(PermanentError):
    """The file of a message that is not here any more, or never came."""

    code = "media_gone"
    status = 410


@router.post(
    "/v1/media",
    **effect(
        Scope.CONVERSATIONS, "media", "create_media", summary="Announce a file and get where to upload it", status=201
    ),
)
def post_media(body: MediaIn) -> MediaMadeOut:
    """One answer for one Idempotency-Key; its upload link lives for an hour."""
    principal, request, media = caller(router), operation(router), deps().media
    file = LibraryFile(
        file_id=request.operation_id,
        filename=safe_name(body.filename, extension_of(body.mime_type)),
        mime_type=body.mime_type,
        kind=SENDABLE[body.mime_type].kind,
        size=body.size,
        sha256=body.sha256 or "",
        created_at=request.at,
        created_by=principal.member_id,
    )
    file = media.library.create(principal.tenant_id, file)
    upload = {
        "url": media.upload_url(principal.tenant_id, file),
        "headers": {"content-type": file.mime_type, "content-length": str(file.size)},
        "expires_at": moment(EpochMs(epoch_ms() + UPLOAD_LINK_SECONDS * 1000)),
    }
    return MediaMadeOut.model_validate({**MediaOut.fields_of(file), "upload": upload})


@router.post(
    "/v1/media/<media_id>/complete",
    **effect(Scope.CONVERSATIONS, "media", "complete_media", summary="Check an uploaded file"),
)
def post_complete(media_id: FileId) -> MediaOut:
    """422 `media_refused` for a file that WhatsApp would not take, or that is another one than was announced."""
    return MediaOut.of(deps().media.complete(caller(router).tenant_id, media_id))


@router.get("/v1/media", **secured(Scope.READ, "media", "list_media", summary="The tenant's files, newest first"))
def list_media(limit: Limit = 50, cursor: CursorText = None) -> MediaListOut:
    """Also those that are not uploaded yet, or were refused: `status` says which."""
    page = deps().media.library.page(caller(router).tenant_id, limit, cursor)
    return MediaListOut(items=[MediaOut.of(file) for file in page.items], next_cursor=page.cursor)


@router.get("/v1/media/<media_id>", **secured(Scope.READ, "media", "get_media", summary="A file, with a link to it"))
def get_media(media_id: FileId) -> MediaOneOut:
    """The link, which lives for five minutes, is in `download` once the file is ready."""
    tenant_id, media = caller(router).tenant_id, deps().media
    file = media.library.get(tenant_id, media_id)
    download = None
    if file.status == "ready":
        key = library_key(tenant_id, media_id)
        download = _link(key, file.mime_type, file.size, file.filename, file.sha256).model_dump()
    return MediaOneOut.model_validate({**MediaOut.fields_of(file), "download": download})


@router.delete(
    "/v1/media/<media_id>", **secured(Scope.CONVERSATIONS, "media", "delete_media", summary="Forget a file", status=204)
)
def delete_media(media_id: FileId) -> Response[None]:
    """Campaigns that are yet to start with it will not."""
    deps().media.delete(caller(router).tenant_id, media_id)
    return Response(204)


@router.get(
    "/v1/conversations/<conversation_id>/messages/<message_id>/media",
    **secured(Scope.READ, "conversations", "get_message_media", summary="A link to the file of a message"),
)
def get_message_media(
    conversation_id: ConversationPath,
    message_id: Annotated[str, Path(pattern=MESSAGE_ID, description="our id of the message")],
) -> MediaLinkOut:
    """The link lives five minutes. 409 `media_pending` while the file is being copied: ask again after
    `retry_after_seconds`; `reason` says why the last try failed, if one did.
    404 for a message without a file, 410 `media_refused`, `media_failed`, `media_expired` or `media_deleted`, which
    says why."""
    tenant_id = caller(router).tenant_id
    message = deps().conversations.messages.get(tenant_id, conversation_id, message_id)
    if message is None or message.media is None:
        raise NotFound("there is no such message with a file")
    found = message.media
    if found.status != "stored":
        _not_there(found)
    if found.file_id:
        _need_file(tenant_id, found.file_id)
    return _link(found.key, found.mime_type, found.size, found.filename, found.sha256)


def _need_file(tenant_id: TenantId, file_id: str) -> None:
    try:
        deps().media.library.get(tenant_id, file_id)
    except NotFound as gone:
        raise MediaGone("the file was deleted under /v1/media", code="media_deleted") from gone


_WHY = {
    "type_mismatch": "its content is not what it was said to be",
    "too_large": "it is larger than 100 MB",
    "empty": "it is empty",
    "sha256_mismatch": "what Meta hands out is not the file that was sent: its SHA-256 is another; ask the person to "
    "send it again",
}


def _not_there(media: MessageMedia) -> NoReturn:
    if media.status == "pending":
        seconds, wording = _COPY_SECONDS, "the file is being copied; ask again in a few seconds"
        if media.reason:
            seconds, wording = (
                _NEXT_TRY_SECONDS,
                f"the file could not be copied yet ({media.reason}); it is tried again",
            )
        hint = {"retry_after_seconds": seconds, **({"reason": media.reason} if media.reason else {})}
        raise Conflict(wording, code="media_pending", extensions=hint)
    words = {
        "refused": f"the file was not kept: {_WHY.get(media.reason, media.reason)}",
        "failed": f"the file could not be copied from Meta: {_WHY.get(media.reason, media.reason)}",
        "expired": f"Meta has the file no more ({media.reason})",
    }
    raise MediaGone(words[media.status], code=f"media_{media.status}", extensions={"reason": media.reason})


def _link(key: str, mime_type: str, size: int, filename: str, sha256: str) -> MediaLinkOut:
    return MediaLinkOut(
        url=deps().media.link(key, mime_type, filename=filename),
        expires_at=moment(EpochMs(epoch_ms() + LINK_SECONDS * 1000)),
        mime_type=mime_type,
        size=size,
        filename=safe_name(filename, extension_of(mime_type)),
        sha256=sha256 or None,
    )
