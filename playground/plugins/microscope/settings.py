"""What is kept of the microscope."""

from __future__ import annotations

from core.spec import Spec, setting


class MicroscopeSettings(Spec):
    kind = "microscope"
    keys = (("docked", "view/microscope_docked"),)
    docked: bool = setting(False, "")
