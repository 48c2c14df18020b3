"""docs/settings.md is what `paligs settings` prints, and describes every setting."""

from pathlib import Path

import pytest

from bot.cli.operations import settings_reference
from bot.cli.operations.settings_reference import UndescribedSettingError
from bot.settings import SECRET_SETTINGS, Settings

PAGE = Path(__file__).parents[4] / "docs" / "settings.md"


def test_the_page_is_what_the_settings_say() -> None:
    printed = settings_reference.settings_reference()
    assert PAGE.read_text("utf-8") == printed, "run: make docs"


def test_every_setting_stands_there_once() -> None:
    page = settings_reference.settings_reference()
    for name in Settings.model_fields:
        if name != "notify" and not name.endswith("_file"):
            assert page.count(f"| `{name.upper()}`") == 1, name
    for name in SECRET_SETTINGS:
        assert f"| `{name.upper()}` * |" in page, name


def test_a_setting_without_a_description_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_reference, "_descriptions", lambda _: {})
    with pytest.raises(UndescribedSettingError, match="has no docstring"):
        settings_reference.settings_reference()
