"""A function's package: `functions/__init__.py`, the function's own folder and `shared`, with bytecode."""

import shutil
from pathlib import Path

from infra.packaging.archive import tree_entries, with_digest, write_archive
from infra.packaging.target import ROOT, Target, compile_tree

# Folder of the function -> template parameter that takes the key of its package.
FUNCTIONS = {
    "webhook_ingest": "WebhookIngestKey",
    "campaign_dispatch": "CampaignDispatchKey",
    "bot_reply": "BotReplyKey",
    "billing_events": "BillingEventsKey",
    "api": "ApiKey",
}


def build_functions(target: Target, *, root: Path = ROOT, into: Path | None = None) -> dict[str, Path]:
    """Builds every function's package from the sources under `root`. Returns template parameter -> archive."""
    into = into or target.directory
    stage = into / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", "*.md", "*.yaml", "openapi.json")
    for folder in ("functions", "shared"):
        shutil.copytree(root / folder, stage / folder, ignore=ignore)
    compile_tree(target, stage, "/var/task")
    entries = tree_entries(stage)
    shutil.rmtree(stage)
    return {
        parameter: with_digest(
            write_archive(into / f"{folder}.zip", _only(entries, folder), compress=target.platform is not None)
        )
        for folder, parameter in FUNCTIONS.items()
    }


def _only(entries: list[tuple[str, bytes]], folder: str) -> list[tuple[str, bytes]]:
    wanted = ("shared/", f"functions/{folder}/", "functions/__init__.py", "functions/__pycache__/__init__.")
    return [entry for entry in entries if entry[0].startswith(wanted)]
