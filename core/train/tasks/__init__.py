"""Tasks: what is learned from samples. Imports are in the order of menus; other modules of the package follow."""

# isort: off
from core.train.tasks.task import TASKS, Score, Task, usual_task
from core.train.tasks.supervised import Classification, Regression
from core.train.tasks.flow_matching import FlowMatching
from core.train.tasks.next_token import NextToken
from core.train.tasks.reconstruction import Reconstruction
from core.spec import import_modules

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
