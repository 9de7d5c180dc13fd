"""Telling people, what they do with what they were told, and the channels."""

from dangan.notices.actions.channels import (
    BadRobot,
    CannotTest,
    RobotPlan,
    add_robot,
    edit_robot,
    retry,
    retry_all,
    switch_robot,
    test_mail,
    test_robot,
)
from dangan.notices.actions.reading import mark_all_read, mark_read, save_wish
from dangan.notices.actions.telling import Letter, tell, tell_all

__all__ = [
    "BadRobot",
    "CannotTest",
    "Letter",
    "RobotPlan",
    "add_robot",
    "edit_robot",
    "mark_all_read",
    "mark_read",
    "retry",
    "retry_all",
    "save_wish",
    "switch_robot",
    "tell",
    "tell_all",
    "test_mail",
    "test_robot",
]
