"""The OpenAPI document as kept in the repository, read by the tools of those who use it."""

from pathlib import Path

import pytest

from tests.support.api_tools import DOCUMENT, MISSING, is_here, said_by

pytestmark = pytest.mark.skipif(not is_here(), reason=MISSING)


def test_the_linter_has_nothing_to_say() -> None:
    said = said_by("redocly", "lint", "--config", ".redocly.yaml", DOCUMENT)
    assert "Your API description is valid" in said
    assert "warning" not in said.replace("Deprecation warning", ""), said


def test_types_for_typescript_are_made_of_it_and_hold(tmp_path: Path) -> None:
    types = tmp_path / "api.ts"
    # What has a default may be left out of a request.
    said = said_by("openapi-typescript", DOCUMENT, "--default-non-nullable", "false", "--output", types)
    assert "warn" not in said.lower(), said
    # What a client would write: paths, bodies and events by their names.
    (tmp_path / "use.ts").write_text(
        """import type { components, operations, paths } from "./api";
const draft: components["schemas"]["CampaignIn"] = {
  name: "Spring offer", phone_number_id: "106540352242922", template_id: "594425479261596", audience: { tags: ["a"] },
};
type Launched = operations["launch_campaign"]["responses"][200]["content"]["application/json"];
type Page = paths["/v1/contacts"]["get"]["responses"][200]["content"]["application/json"];
export const idOf = (campaign: Launched): string => campaign.id;
export const phoneOf = (page: Page): string | null | undefined => page.items[0]?.phone;
// @ts-expect-error: a campaign has a name
export const nameless: components["schemas"]["CampaignIn"] = { ...draft, name: undefined };
"""
    )
    said_by("tsc", "--noEmit", "--strict", "--skipLibCheck", "--lib", "es2022", tmp_path / "use.ts")
