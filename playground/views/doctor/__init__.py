"""What the training doctor found, as cards with one-click fixes, and the badge that says how much there is."""

from playground.views.doctor.badge import DoctorBadge
from playground.views.doctor.panel import DoctorPanel

__all__ = ["DoctorBadge", "DoctorPanel"]
