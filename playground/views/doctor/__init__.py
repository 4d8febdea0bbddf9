"""The training doctor: findings as cards with quick fixes, and a badge with their number."""

from playground.views.doctor.panel import DoctorBadge, DoctorPanel

__all__ = ["DoctorBadge", "DoctorPanel"]
