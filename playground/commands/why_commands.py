"""The page "Why": asks the snapshots of the document's training for what it shows, and saves it."""

from __future__ import annotations

from collections.abc import Callable

from core.experiment.prepare import PreparedData
from core.explain.attribution import attribution_csv
from core.inspect.snapshot import Snapshot
from playground.commands.page import Page, ShowsRun
from playground.commands.window_controller import WindowContext
from playground.views.why.page import WhyPage

_VIEWER = "why"


class WhyController(Page):
    """Follows the training, the timeline and the chosen sample while it is in front. Made when it is first shown."""

    def __init__(
        self,
        context: WindowContext,
        shown: ShowsRun,
        show_sample: Callable[[int], None],
        save_picture: Callable[[], None],
    ) -> None:
        super().__init__(context)
        self.page = WhyPage(context.themes, context.window)
        self._shown, self._is_front = shown, False
        self._data: PreparedData | None = None
        shown.drawn.connect(self._show)
        self.page.parts_changed.connect(self._ask)
        self.page.row_chosen.connect(show_sample)
        self.page.csv_requested.connect(self._save_csv)
        self.page.picture_requested.connect(save_picture)

    @property
    def widget(self) -> WhyPage:
        return self.page

    def enter(self) -> None:
        self._is_front = True
        self._show(self._shown.snapshot)
        self._ask()
        self.page.waterfall.setFocus()

    def leave(self) -> None:
        self._is_front = False
        self._session.inspection.show_parts(_VIEWER, {})

    def _ask(self) -> None:
        if self._is_front:
            self._session.inspection.show_parts(_VIEWER, self.page.parts)

    def _show(self, snapshot: Snapshot | None) -> None:
        if not self._is_front:
            return
        data = self._shown.data
        if snapshot is None or data is None:
            self._data = None
            self.page.clear()
            return
        if data is not self._data:
            self._data = data
            self.page.show_data(data)
        self.page.show_snapshot(snapshot)

    def _save_csv(self) -> None:
        found, data = self.page.found, self._data
        if found is None or data is None:
            return
        path = self._ask_path("Save what moved the answer", "why.csv", "CSV (*.csv)")
        if path is not None:
            self._write(
                path, attribution_csv(data, found).encode(), "has what each column adds to the answer"
            )
