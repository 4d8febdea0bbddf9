"""The training doctor: measures a training and reports why it does not learn well."""

from .doctor import Doctor, examine
from .fixes import SEVERITIES, Finding, Severity

__all__ = ["SEVERITIES", "Doctor", "Finding", "Severity", "examine"]
