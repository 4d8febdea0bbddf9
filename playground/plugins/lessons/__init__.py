"""Lessons: a panel that asks and sees what was tried, worksheets, a class's codes; beside the user's own work."""

from playground.plugin import PLUGINS, ActionRow, MenuRow, Plugin, late
from playground.plugins.lessons.command_line import COMMAND

_COMMANDS = (
    ActionRow("lesson_leave", "Back to my &work", "", "", "lessons",
        "Close the lesson, whose progress is kept, and return to what was open before.",
        run="lessons.back_to_work", also="leave, end, close the lesson", after="full_screen"),
    ActionRow("lesson_controls", "&All controls", "", "", "lessons",
        "Show the controls that the lesson hides, too.",
        run="lessons.show_all_controls", checkable=True, also="hidden, show everything", after="lesson_leave"),
    ActionRow("lesson_open", "&Open a lesson…", "open", "", "lessons", "Open a lesson from a file.",
        run="lessons.choose", also="lesson, exercise, class, course", after="lesson_controls"),
    ActionRow("class_lessons", "Lessons of the &class", "", "", "lessons",
        "Lessons of a folder of your own.", submenu=True, after="lesson_open"),
    ActionRow("lesson_sheet", "Works&heet…", "", "", "lessons",
        "Write the open lesson as a page to print, with what was trained so far.",
        run="lessons.files.write_sheet", arguments=(False,), starts_group=True,
        also="paper, print, PDF, pupil", after="class_lessons"),
    ActionRow("lesson_key", "&Key of the worksheet…", "", "", "lessons.teachers",
        "Write the page with all answers, and what comes out over six seeds.",
        run="lessons.files.write_sheet", arguments=(True,),
        also="teacher, solution, answers, marks, PDF", after="lesson_sheet"),
    ActionRow("lesson_new", "&New lesson from this project…", "", "", "lessons.teachers",
        "Write a lesson with an example of each step, and open it; it is read again whenever you save it.",
        run="lessons.files.new", also="make, own, author, teacher", after="lesson_key"),
    ActionRow("lesson_codes", "&Read codes…", "", "", "lessons.teachers",
        "List what pupils have done, from the result codes that they have sent.",
        run="lessons.files.read_codes", also="grade, mark, results, class, pupils, code", after="lesson_new"),
)  # fmt: skip
_GIVEN = "lesson_rows", "class_lessons", "note_look", "catalogue", "catalogue_groups"
_MENUS = (
    MenuRow("lessons", "&Lessons", is_free=True), MenuRow("teachers", "For &teachers"),
    MenuRow("todays_networks", "1&3 to 18: today's networks"),
)  # fmt: skip
PLUGINS.register(
    Plugin("lessons", "Lessons", commands=_COMMANDS, menus=_MENUS, command_line=(COMMAND,),
        controller=late(__name__, "LessonsController"), settings=late(__name__, "LessonSettings", "settings"),
        gives={name: late(__name__, name) for name in _GIVEN})
)  # fmt: skip
