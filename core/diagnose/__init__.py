"""The training doctor, which measures a training and names what keeps it from learning well."""

from core.diagnose.doctor import Doctor, examine
from core.diagnose.finding import SEVERITIES, Finding, Severity

__all__ = ["SEVERITIES", "Doctor", "Finding", "Severity", "examine"]
