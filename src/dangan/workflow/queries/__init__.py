"""Reads of the workflow: one case, the desk's boxes, definitions, deputies."""

from dangan.workflow.queries.cases import case_view, of_object, of_objects, of_subject
from dangan.workflow.queries.definitions import definition, definitions, dry_run
from dangan.workflow.queries.desk import REACH, desk, todo_count, todo_of
from dangan.workflow.queries.people import deputies, people_to_choose
from dangan.workflow.queries.shapes import (
    Box,
    CaseLine,
    CaseView,
    CommentView,
    DefinitionLine,
    DefinitionView,
    DeputyLine,
    DeskLine,
    DeskPage,
    DryStep,
    SignerView,
    StepView,
    TimelineLine,
    Turn,
    VersionLine,
)

__all__ = [
    "REACH",
    "Box",
    "CaseLine",
    "CaseView",
    "CommentView",
    "DefinitionLine",
    "DefinitionView",
    "DeputyLine",
    "DeskLine",
    "DeskPage",
    "DryStep",
    "SignerView",
    "StepView",
    "TimelineLine",
    "Turn",
    "VersionLine",
    "case_view",
    "definition",
    "definitions",
    "deputies",
    "desk",
    "dry_run",
    "of_object",
    "of_objects",
    "of_subject",
    "people_to_choose",
    "todo_count",
    "todo_of",
]
