"""Connecting an account step by step, as the API takes and shows it."""

import json
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from functions.api.http.fields import Cursor, Input, Moment, NumberRef, Output, WabaRef, moment, moment_or_none, open_to
from functions.api.numbers.logic.requests import Given, OnboardingRequest, SignupSettings
from shared.clock import EpochMs
from shared.domain.numbers.onboarding import Onboarding, State, StepRecord, StepState
from shared.domain.numbers.onboarding_steps import Step
from shared.domain.numbers.onboarding_troubles import REMEDIES, Remedy, Trouble, causes
from shared.ids import PhoneNumberId, WabaId

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
OwnPhone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+[1-9][0-9]{6,14}$")]


class SignupConfigurationOut(Output):
    app_id: str
    configuration_id: str | None = Field(
        description="of Facebook Login for Business; null until the platform's operators have set it, and no sign-up "
        "can be opened before"
    )
    sdk_url: str = Field(description="Meta's JavaScript, which opens the sign-up")
    graph_version: str
    coexistence_feature: str = Field(
        description="as `featureType`, it connects a number that stays in the WhatsApp Business app"
    )

    @classmethod
    def of(cls, signup: SignupSettings) -> "SignupConfigurationOut":
        return cls(
            app_id=signup.app_id,
            configuration_id=signup.configuration_id or None,
            sdk_url=signup.sdk_url,
            graph_version=signup.graph_version,
            coexistence_feature="whatsapp_business_app_onboarding",
        )


class OnboardingIn(Input):
    code: Code = Field(description="what Embedded Signup gave the browser; good for half a minute, once")
    waba_id: WabaRef | None = Field(None, description="Without it, the one account that the sign-up gives access to.")
    phone_number_id: NumberRef | None = Field(None, description="Without it, every number of the account is connected.")
    pin: Pin | None = Field(None, description="The number's two-step PIN, when it already has one.")

    def to_request(self) -> OnboardingRequest:
        return OnboardingRequest(
            given=Given(code=self.code, pin=self.pin or ""),
            waba_id=self.waba_id or WabaId(""),
            phone_number_id=self.phone_number_id or PhoneNumberId(""),
        )


class OnboardingGoOnIn(Input):
    code: Code | None = Field(None, description="Of another sign-up: everything is done again with it.")
    waba_id: WabaRef | None = None
    phone_number_id: NumberRef | None = None
    pin: Pin | None = Field(None, description="The number's two-step PIN.")
    test_to: OwnPhone | None = Field(
        None, description="Your own phone, E.164: it gets the test message once it has written to the number."
    )
    skip: bool = Field(False, description="Leaves out the step where it stands: `sync` or `test_message`.")

    def to_request(self) -> OnboardingRequest:
        return OnboardingRequest(
            given=Given(code=self.code or "", pin=self.pin or "", test_to=self.test_to or ""),
            waba_id=self.waba_id or WabaId(""),
            phone_number_id=self.phone_number_id or PhoneNumberId(""),
            skip=self.skip,
        )


class TroubleOut(Output):
    code: Annotated[str, open_to(*sorted(causes()))] = Field(description="what is wrong")
    message: str = Field(description="the same for reading, in Meta's words where they are Meta's")
    remedy: Annotated[str, open_to(*Remedy)] = Field(description="what to do next")
    remedy_text: str
    provider_code: str | None = Field(description="Meta's error code")
    field: str | None = Field(description="what to send otherwise when continuing")
    retry_at: Moment | None = Field(description="before this it is of no use to continue")

    @classmethod
    def of(cls, trouble: Trouble) -> "TroubleOut":
        return cls(
            code=trouble.cause,
            message=trouble.words,
            remedy=trouble.remedy,
            remedy_text=REMEDIES[trouble.remedy],
            provider_code=trouble.provider_code or None,
            field=trouble.field or None,
            retry_at=moment_or_none(trouble.retry_at),
        )


class StepOut(Output):
    step: Annotated[str, open_to(*Step)]
    status: Annotated[str, open_to(*StepState)]
    attempts: int
    tried_at: Moment | None = Field(description="when it was last tried")
    answer: dict[str, Any] | None = Field(description="Meta's, without secrets")
    trouble: TroubleOut | None

    @classmethod
    def of(cls, record: StepRecord) -> "StepOut":
        return cls(
            step=record.step,
            status=record.state,
            attempts=record.attempts,
            tried_at=moment_or_none(record.at),
            answer=json.loads(record.answer) if record.answer else None,
            trouble=TroubleOut.of(record.trouble) if record.trouble is not None else None,
        )


class OnboardingOut(Output):
    id: str
    status: Annotated[str, open_to(*State)] = Field(
        description="`waiting`: continue it; `blocked`: its next step says what to do first; `connected`: the number "
        "works, the test message is left; `complete`"
    )
    next_step: Annotated[str | None, Field(description="null when nothing is left")]
    busy: bool = Field(description="whether somebody continues it right now")
    waba_id: WabaId | None
    account_name: str | None
    phone_number_ids: list[PhoneNumberId]
    coexistence: bool = Field(description="whether a number stays in the WhatsApp Business app too")
    token_expires_at: Moment | None = Field(description="null: Meta's access does not end by itself")
    steps: list[StepOut]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, onboarding: Onboarding, now: EpochMs) -> "OnboardingOut":
        return cls(
            id=onboarding.onboarding_id,
            status=onboarding.state,
            next_step=onboarding.next_step,
            busy=bool(onboarding.run) and onboarding.run_until > now,
            waba_id=onboarding.waba_id or None,
            account_name=onboarding.account_name or None,
            phone_number_ids=list(onboarding.numbers),
            coexistence=onboarding.coexistence,
            token_expires_at=moment_or_none(onboarding.token_expires_at),
            steps=[StepOut.of(record) for record in onboarding.steps],
            created_at=moment(onboarding.created_at),
            updated_at=moment(onboarding.updated_at),
        )


class OnboardingsOut(Output):
    items: list[OnboardingOut]
    next_cursor: Cursor
