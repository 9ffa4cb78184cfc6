"""A function is deployed whose code does not start: it is rolled back, and its queue brings the work again.

By Lambda's own API, as CloudFormation does it: packages are named after their content, and the one of before is there
still.
"""

import io
import zipfile

import httpx

from infra.local.cloud import STACK
from infra.local.drills.business import ends_well, make_business
from infra.local.drills.stage import Drill, Stage

FUNCTION, _QUEUE = "WebhookStatus", "Status"
_BROKEN = b"import a_module_that_was_not_packed\n"


def play(stage: Stage) -> None:
    business = make_business(stage, people=6)
    function = stage.cloud.client("lambda")
    found = function.get_function(FunctionName=_name())
    before = found["Configuration"]
    archive = httpx.get(found["Code"]["Location"], timeout=60).content
    function.update_function_code(FunctionName=_name(), ZipFile=broken(archive, before["Handler"]))
    try:
        stage.screen.step("a version is deployed whose code does not start", FUNCTION)
        campaign_id = business.launch("After a bad deployment")
        stage.alarm(f"{FUNCTION}ErrorAlarm")
        (shown,) = [one for one in stage.ops("gauges", "list")["functions"] if one["function"] == _name()]
        newer = shown["code"] != before["CodeSha256"][:8]
        stage.holds("it names the function, and since when it runs that code", newer, str(shown))
    finally:
        function.update_function_code(FunctionName=_name(), ZipFile=archive)
    after = function.get_function(FunctionName=_name())["Configuration"]["CodeSha256"]
    stage.holds("the version of before is back", after == before["CodeSha256"], after[:8])
    if _QUEUE in stage.ops("letters", "list")["queues"]:
        stage.screen.step("what was tried five times meanwhile was given up")
        stage.act("letters", "replay", _QUEUE, "--all")
    ends_well(stage, business, campaign_id)


def _name() -> str:
    return f"{STACK}-{FUNCTION}"


def broken(archive: bytes, handler: str) -> bytes:
    """The package with a handler that cannot be imported, as when a dependency was left out."""
    module = handler.rpartition(".")[0].replace(".", "/")
    stem = module.rpartition("/")[2]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as found, zipfile.ZipFile(out, "w") as made:
        for entry in found.infolist():
            if entry.filename == f"{module}.py":
                made.writestr(entry, _BROKEN)
            elif f"/__pycache__/{stem}." not in entry.filename:
                made.writestr(entry, found.read(entry))
    return out.getvalue()


DRILL = Drill(
    "bad-deploy",
    "a deployment fails",
    "A function fails",
    play,
    (f"{FUNCTION}ErrorAlarm",),
)
