"""Samples of media, for the review of templates."""

from functions.api.http.request import caller, new_router
from functions.api.http.routing import effect
from functions.api.http.wiring import parts_for
from functions.api.templates.library_models import TemplateSampleIn, TemplateSampleOut
from functions.api.templates.parts import SampleParts
from functions.api.templates.samples import upload_sample
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, SampleParts)


@router.post(
    "/v1/template-samples",
    **effect(
        Scope.CAMPAIGNS,
        "templates",
        "create_template_sample",
        summary="Give Meta a sample of a header's media",
        status=201,
    ),
)
def post_sample(body: TemplateSampleIn) -> TemplateSampleOut:
    """Of a file under /v1/media: a JPEG, a PNG, an MP4 or a PDF. The file that is sent is named with each send."""
    handle, form = upload_sample(deps(), caller(router).tenant_id, body.waba_id, body.media_id, epoch_ms())
    return TemplateSampleOut(handle=handle, format=form)
