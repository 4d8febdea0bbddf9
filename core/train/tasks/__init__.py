"""Tasks: what is learned from samples. Imports are in the order of menus; other modules of the package follow."""

# isort: off
from .task import TASKS, Score, Task, usual_task
from .supervised import Classification, Regression
from .flow_matching import FlowMatching
from .next_token import NextToken
from .reconstruction import Reconstruction
from ...spec import import_modules

# isort: on

__all__ = [
    "TASKS",
    "Classification",
    "FlowMatching",
    "NextToken",
    "Reconstruction",
    "Regression",
    "Score",
    "Task",
    "usual_task",
]

import_modules(__name__)
