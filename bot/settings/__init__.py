"""The settings: a module for each group, the model made of them, and its reader."""

from bot.settings.program_settings import SECRET_SETTINGS, Settings, WebSettings, WorkerSettings
from bot.settings.reader import MoreProblems, read_content_dir, read_settings
from bot.settings.settings_error import SettingsError

__all__ = [
    "SECRET_SETTINGS",
    "MoreProblems",
    "Settings",
    "SettingsError",
    "WebSettings",
    "WorkerSettings",
    "read_content_dir",
    "read_settings",
]
