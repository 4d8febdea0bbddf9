"""`core.runs.setting_paths` under the name that scripts know."""

from ..runs.setting_paths import SettingPath, setting_at, sweepable_settings, value_at, with_value

__all__ = ["SettingPath", "setting_at", "sweepable_settings", "value_at", "with_value"]
