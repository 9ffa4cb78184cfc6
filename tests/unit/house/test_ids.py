"""Ids and moments have types: no text that is something else gets where the id of a tenant, contact, conversation or
campaign is meant, or Meta's id of an account or number, nor one of them where another is; and no span of time or number
of seconds where a moment is."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]

IDS = {
    "tenant_id": "TenantId",
    "contact_id": "ContactId",
    "conversation_id": "ConversationId",
    "campaign_id": "CampaignId",
    "waba_id": "WabaId",
    "phone_number_id": "PhoneNumberId",
}
MOMENTS = {"now", "at", "since", "until", "before", "due", "offer_ends", "last_claim"}
"""And whatever ends as `created_at`, `held_until` and `failing_since` do. A span is an int whose name ends in `_ms`."""
MOMENT_ENDINGS = ("_at", "_until", "_since")


def required_type(name: str) -> tuple[str, str] | None:
    """(the type it has to have, the one that says too little) of what is called so; None for any other name."""
    name = name.strip("_")
    if name in IDS:
        return IDS[name], "str"
    return ("EpochMs", "int") if name in MOMENTS or name.endswith(MOMENT_ENDINGS) else None


def plain(source: str) -> Iterator[tuple[int, str]]:
    """(line, type that it should have) of parameters, fields and variables of these names that are any text or number;
    also where it is what a property gives."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg):
            name, annotation = node.arg, node.annotation
        elif isinstance(node, ast.AnnAssign):
            name, annotation = ast.unparse(node.target).rpartition(".")[2], node.annotation
        elif isinstance(node, ast.FunctionDef) and any(ast.unparse(one) == "property" for one in node.decorator_list):
            name, annotation = node.name, node.returns
        else:
            continue
        kind = required_type(name)
        if kind is not None and annotation is not None:
            names = _names(annotation)
            if kind[1] in names and kind[0] not in names:
                yield node.lineno, kind[0]


def _names(annotation: ast.expr) -> set[str]:
    """Also those of an annotation that is written as text."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


def test_an_id_is_never_any_text_and_a_moment_never_any_number() -> None:
    files = [path for top in ("functions", "shared") for path in (ROOT / top).rglob("*.py")]
    assert len(files) > 200
    found = [f"{path.relative_to(ROOT)}:{line}: {kind}" for path in files for line, kind in plain(path.read_text())]
    assert not found, f"annotate with the type from shared/ids.py or shared/clock.py: {found}"


def test_any_text_is_seen_wherever_it_stands() -> None:
    assert list(plain("def get(tenant_id: TenantId, key: str) -> str: ...")) == []
    assert list(plain("def get(tenant_id: str | None = None): ...")) == [(1, "TenantId")]
    assert list(plain("class Run:\n    tenant_id: str\n")) == [(2, "TenantId")]
    assert list(plain("def __init__(self, tenant_id):\n    self._tenant_id: 'str' = tenant_id\n")) == [(2, "TenantId")]
    assert list(plain("def get(*, contact_id: Annotated[str, Path()]): ...")) == [(1, "ContactId")]
    assert list(plain("def get(conversation_id: ConversationPath, campaign_id: CampaignId | None): ...")) == []
    assert list(plain("def get(conversation_id: str, campaign_id: 'str | None'): ...")) == [
        (1, "ConversationId"),
        (1, "CampaignId"),
    ]


def test_any_number_is_seen_wherever_it_stands() -> None:
    assert list(plain("def take(now: EpochMs, margin_ms: int, size: int = 0, *, at: EpochMs | None) -> int: ...")) == []
    assert list(plain("def take(key: str, now: int): ...")) == [(1, "EpochMs")]
    assert list(plain("def take(*, until: int | None = None): ...")) == [(1, "EpochMs")]
    assert list(plain("class Run:\n    created_at: int = 0\n    ended: int\n    held_until: 'int'\n")) == [
        (2, "EpochMs"),
        (4, "EpochMs"),
    ]
    assert list(plain("self._failing_since: dict[str, int] = {}")) == [(1, "EpochMs")]
    assert list(plain("self._failing_since: dict[int, EpochMs] = {}")) == []
    assert list(plain("@property\ndef at(self) -> int: ...\ndef size_at(self) -> int: ...")) == [(2, "EpochMs")]
    # Another clock than the wall's, or what the API shows.
    assert list(plain("def sent(at: float, created_at: str | None): ...")) == []
