"""The training doctor, which measures a training and names what keeps it from learning well."""

from core.doctor.doctor import Doctor, examine
from core.doctor.finding import SEVERITIES, Finding, Severity

__all__ = ["SEVERITIES", "Doctor", "Finding", "Severity", "examine"]
