"""Templates to begin with."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.http.request import CursorText, Limit, new_router
from functions.api.http.routing import secured
from functions.api.templates.library_models import LibraryTemplateOut, TemplateLibraryOut
from functions.api.templates.logic.library import chosen_of
from shared.domain.accounts.account import Scope
from shared.store.engine.cursor import decode_cursor, encode_cursor

router = new_router()
_LIST = "template-library"


@router.get(
    "/v1/template-library",
    **secured(Scope.READ, "templates", "list_template_library", summary="Templates to begin with"),
)
def list_library(
    language: Annotated[str, Query(pattern=r"^[A-Za-z_]{2,15}$", description="such as en, or pt for pt_BR too")] = "",
    category: Annotated[str, Query(pattern=r"^[A-Za-z_]{1,30}$", description="such as UTILITY")] = "",
    limit: Limit = 50,
    cursor: CursorText = None,
) -> TemplateLibraryOut:
    """In English, Malay, Indonesian, Arabic, Spanish and Portuguese. Change the words, then submit them as your own."""
    position = decode_cursor(_LIST, cursor, at=r"[0-9]{1,4}")
    start = int(position["at"]) if position is not None else 0
    found = chosen_of(language, category.upper())
    shown = found[start : start + limit]
    more = encode_cursor(_LIST, {"at": str(start + limit)}) if start + limit < len(found) else None
    return TemplateLibraryOut(items=[LibraryTemplateOut.of(one) for one in shown], next_cursor=more)
