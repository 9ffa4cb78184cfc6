"""Ids have types: no text that is something else gets where the id of a tenant, contact, conversation or campaign is
meant, nor one of them where another is."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]

TYPES = {
    "tenant_id": "TenantId",
    "contact_id": "ContactId",
    "conversation_id": "ConversationId",
    "campaign_id": "CampaignId",
}


def plain(source: str) -> Iterator[tuple[int, str]]:
    """(line, type that it should have) of parameters, fields and variables of these names that are any text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.AnnAssign):
            name = ast.unparse(node.target).rpartition(".")[2]
        else:
            continue
        kind, annotation = TYPES.get(name.strip("_")), node.annotation
        if kind is not None and annotation is not None and "str" in _names(annotation):
            yield node.lineno, kind


def _names(annotation: ast.expr) -> set[str]:
    """Also those of an annotation that is written as text."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


def test_an_id_is_never_any_text() -> None:
    files = [path for top in ("functions", "shared") for path in (ROOT / top).rglob("*.py")]
    assert len(files) > 200
    found = [f"{path.relative_to(ROOT)}:{at}: {kind}" for path in files for at, kind in plain(path.read_text())]
    assert not found, f"annotate with the type from shared/ids.py: {found}"


def test_any_text_is_seen_wherever_it_stands() -> None:
    assert list(plain("def get(tenant_id: TenantId, key: str) -> str: ...")) == []
    assert list(plain("def get(tenant_id: str | None = None): ...")) == [(1, "TenantId")]
    assert list(plain("class Run:\n    tenant_id: str\n")) == [(2, "TenantId")]
    assert list(plain("def __init__(self, tenant_id):\n    self._tenant_id: 'str' = tenant_id\n")) == [(2, "TenantId")]
    assert list(plain("def get(*, contact_id: Annotated[str, Path()]): ...")) == [(1, "ContactId")]
    assert list(plain("def get(conversation_id: ConversationPath, campaign_id: CampaignId | None): ...")) == []
    assert list(plain("def get(conversation_id: str, campaign_id: Callable[[], str]): ...")) == [
        (1, "ConversationId"),
        (1, "CampaignId"),
    ]
