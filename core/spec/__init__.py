"""One description per kind (layer, loss, dataset, ...): settings, specs, registries, a one-line notation."""

from .notation import Former, specs_to_text
from .registry import KindSetting, Members, NamedSetting, Registry, import_modules
from .setting import Given, PairSetting, Setting, SettingError, setting
from .spec import Difference, Spec, differences, without_limits

__all__ = [
    "Difference", "Former", "Given", "KindSetting", "Members", "NamedSetting", "PairSetting", "Registry", "Setting",
    "SettingError", "Spec", "differences", "import_modules", "setting", "specs_to_text", "without_limits",
]  # fmt: skip
