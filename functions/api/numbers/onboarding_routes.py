"""Connecting an account step by step, through Embedded Signup."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.numbers.onboarding import Caller
from functions.api.numbers.onboarding_models import (
    OnboardingGoOnIn,
    OnboardingIn,
    OnboardingOut,
    OnboardingsOut,
    SignupConfigurationOut,
)
from functions.api.numbers.parts import NumberParts
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, NumberParts)
OnboardingPath = Annotated[str, Path(pattern=ULID, description="id of the onboarding")]


def _caller() -> Caller:
    principal = caller(router)
    return deps().caller(principal.tenant_id, principal.member_id, epoch_ms())


@router.get(
    "/v1/whatsapp/configuration",
    **secured(Scope.READ, "numbers", "get_signup_configuration", summary="What opens Embedded Signup in a browser"),
)
def get_configuration() -> SignupConfigurationOut:
    """Nothing of it is secret: the browser hands it to Meta's JavaScript."""
    return SignupConfigurationOut.of(deps().signup)


@router.get(
    "/v1/whatsapp/onboardings",
    **secured(Scope.SETTINGS, "numbers", "list_onboardings", summary="Connections of accounts, newest first"),
)
def list_onboardings(limit: Limit = 20, cursor: CursorText = None) -> OnboardingsOut:
    """The newest fifty are kept."""
    page, now = deps().onboardings.page(caller(router).tenant_id, limit, cursor), epoch_ms()
    return OnboardingsOut(items=[OnboardingOut.of(one, now) for one in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/whatsapp/onboardings",
    **effect(
        Scope.SETTINGS, "numbers", "start_onboarding", summary="Begin to connect an account, step by step", status=201
    ),
)
def post_onboarding(body: OnboardingIn) -> OnboardingOut:
    """As far as it gets: what stands in the way of the next step is in its `trouble`, with what to do, and is no error
    of this call.
    """
    now = epoch_ms()
    onboarding, _ = deps().onboarder.start(_caller(), operation(router).operation_id, body.to_request(), now)
    return OnboardingOut.of(onboarding, epoch_ms())


@router.get(
    "/v1/whatsapp/onboardings/<onboarding_id>",
    **secured(Scope.SETTINGS, "numbers", "get_onboarding", summary="A connection of an account, step by step"),
)
def get_onboarding(onboarding_id: OnboardingPath) -> OnboardingOut:
    """With Meta's answer to each step, and what stands in the way of the next."""
    return OnboardingOut.of(deps().onboardings.get(caller(router).tenant_id, onboarding_id), epoch_ms())


@router.post(
    "/v1/whatsapp/onboardings/<onboarding_id>/continue",
    **effect(Scope.SETTINGS, "numbers", "resume_onboarding", summary="Carry a connection on from where it stands"),
)
def post_continue(onboarding_id: OnboardingPath, body: OnboardingGoOnIn) -> OnboardingOut:
    """Each step may be done again. 429 `too_early` where Meta wants nothing to be tried before a moment."""
    run, now = operation(router).operation_id, epoch_ms()
    onboarding, _ = deps().onboarder.go_on(_caller(), onboarding_id, body.to_request(), run, now)
    return OnboardingOut.of(onboarding, epoch_ms())
