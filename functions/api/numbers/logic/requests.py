"""What a caller hands over when an account is connected, and what a browser needs to open the sign-up. Pure."""

from dataclasses import dataclass, field

from shared.ids import PhoneNumberId, WabaId


@dataclass(frozen=True, slots=True)
class Given:
    """What a call brings along, and what is never stored. `test_to` is E.164."""

    code: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    test_to: str = ""


@dataclass(frozen=True, slots=True)
class OnboardingRequest:
    """What a caller asks of an onboarding. Blank ids: as before. `skip` leaves out the step where it stands."""

    given: Given = field(default_factory=Given)
    waba_id: WabaId = WabaId("")
    phone_number_id: PhoneNumberId = PhoneNumberId("")
    skip: bool = False


@dataclass(frozen=True, slots=True)
class SignupSettings:
    """What the browser's part of Embedded Signup takes. `configuration_id` is blank until somebody has set it."""

    app_id: str
    configuration_id: str
    sdk_url: str
    graph_version: str
