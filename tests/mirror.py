"""The modules of more than 60 lines that have no test file of their own name, and the tests that show them instead.

A painter is seen in its panel, a layer stands the exam that all layers stand, and a connection of the window needs the
window. `test_mirror.py` checks that these files exist and reach the module, and that every other module has its own.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Row(NamedTuple):
    """`files` are relative to this folder, without ".py"."""

    shown: str
    files: tuple[str, ...]


def _row(shown: str, *files: str) -> Row:
    return Row(shown, files)


_VIEWS: Final = "playground/views"
_PLUGINS: Final = "playground/plugins"

ELSEWHERE: Final[dict[str, Row]] = {
    f"{_PLUGINS}/runs/views/scatter.py": _row(
        "the map of runs without settings", "playground/plugins/runs/views/test_shown"
    ),
    **{
        f"{_PLUGINS}/runs/views/{name}.py": _row(
            "sets chosen, named and deleted in the window", "playground/plugins/runs/test_page_controller"
        )
        for name in ("page", "sets")
    },
    **{
        f"{_PLUGINS}/probes/views/{name}.py": _row(
            "run, cancelled, adopted and forgotten", "playground/plugins/probes/test_probes_controller"
        )
        for name in ("curve_plot", "dialog", "gradient_page", "page", "rate_page")
    },
    **{
        f"{_PLUGINS}/probes/views/{name}.py": _row(
            "drawn, muted, kept and counted", "playground/plugins/probes/test_probe_pages"
        )
        for name in (
            "ablation_page",
            "baselines_page",
            "folds_page",
            "landscape_page",
            "learning_curve_page",
            "schedule_page",
        )
    },
    **{
        f"core/train/tasks/{name}.py": _row("the exam of all tasks", "core/train/test_tasks")
        for name in ("supervised", "task")
    },
    **{
        f"core/compiled/{name}.py": _row("the same numbers as numpy's engine", "core/compiled/test_agreement")
        for name in (
            "codes",
            "elementwise",
            "images",
            "kernel",
            "lanes",
            "layers",
            "products",
            "program",
            "recurrent",
            "updates",
        )
    },
    "core/inspect/found_samples.py": _row(
        "a drawing and typed rows are predicted",
        "core/data/test_drawing",
        f"{_PLUGINS}/predict/test_predict_dialog",
    ),
    "core/model/engine_choice.py": _row(
        "said, begun once, and not for nothing", "core/train/test_compiled_engine"
    ),
    "core/compiled/readiness.py": _row(
        "with numba and without", "core/train/test_compiled_engine", "core/compiled/test_agreement"
    ),
    **{
        f"core/train/{name}.py": _row(
            "chosen, changed, refused and equal", "core/train/test_compiled_engine", "core/train/test_trainer"
        )
        for name in ("engine", "training")
    },
    **{
        f"playground/{name}.py": _row(
            "gone through, dragged, kept, left and ended", "playground/window/test_slow_step_controller"
        )
        for name in (
            "model/slow_motion",
            "views/canvas/slow_marks",
            "plugins/microscope/step_page",
            "views/canvas/step_transport",
        )
    },
    "core/seeds/results.py": _row("the same numbers by every way", "core/seeds/test_seeds_training"),
    "core/data/tables/parquet_process.py": _row(
        "the lines that it writes", "core/data/tables/test_parquet_reader"
    ),
    "core/train/baselines.py": _row(
        "counts of tokens and forecasts", "core/train/test_ngrams", "core/train/test_forecasts"
    ),
    "core/formats/exporter.py": _row("the suffix chooses, an old file stays", "core/formats/test_exporters"),
    **{
        f"core/formats/keras/{name}.py": _row(
            "files of this program, of Keras, and hostile ones",
            "core/formats/keras/test_own_files",
            "core/formats/keras/test_foreign_keras",
        )
        for name in ("flow", "foreign_files", "layer_kinds", "parts")
    },
    **{
        f"core/model/estimators/{name}.py": _row(
            "scikit-learn's checks and its uses", "core/model/estimators/test_network_estimator"
        )
        for name in ("classifier", "regressor")
    },
    "core/model/rate_callbacks.py": _row("rates, schedules and ends", "core/model/test_callback_calls"),
    "core/model/reporting.py": _row("lines and bars of a fit", "core/model/test_fitting"),
    "core/nn/layer_stacks.py": _row(
        "the same predictions in every library",
        "core/nn/test_keras_stack",
        "core/nn/test_onnx_stack",
        "core/nn/test_torch_stack",
    ),
    "core/nn/layer_types.py": _row("the exam of all layers", "core/test_exam"),
    "core/nn/summary.py": _row("the table of a model", "core/model/test_stack"),
    "core/formats/residual_blocks.py": _row(
        "blocks with and without a projection, in files of PyTorch and Keras",
        "core/formats/keras/test_own_files",
        "core/formats/keras/test_foreign_keras",
    ),
    "core/formats/keras/exporter.py": _row(
        "what Keras reads predicts the same", "core/formats/keras/test_writer"
    ),
    "core/formats/page/packing.py": _row(
        "arrays and the program of a page", "core/formats/page/test_proving"
    ),
    "core/formats/external_reader.py": _row(
        "programs that prediction, fail or cannot run", "core/formats/test_proof"
    ),
    **{
        f"core/formats/onnx/{name}.py": _row(
            "graphs as other programs write them", "core/formats/onnx/test_foreign_files"
        )
        for name in ("constants", "flow", "fusions", "graph_walk", "operators", "windows")
    },
    **{
        f"core/reports/{name}.py": _row("tables and cards of every kind of data", "core/reports/test_reports")
        for name in ("curve_drawing", "document", "model_card", "report", "tables")
    },
    "core/probes/subject.py": _row(
        "copies of a network and its first batch",
        "core/probes/test_gradient_check",
        "core/probes/test_overfit_batch",
        "core/probes/test_rate_range",
    ),
    "core/nn/activations.py": _row("values, derivatives and ranges of each", "core/test_exam"),
    "core/nn/gradient_tape.py": _row(
        "gradients of single neurons by differences", "core/inspect/test_neuron", "core/inspect/test_saliency"
    ),
    "core/nn/layer.py": _row("what every layer promises", "core/test_exam"),
    "core/nn/more_losses.py": _row(
        "values, gradients and fused forms of each, beside PyTorch", "core/test_exam", "core/test_torch"
    ),
    "core/nn/stage.py": _row("places and stages of layers within blocks", "core/nn/test_residual"),
    "core/optim/adaptive.py": _row(
        "downhill, at rest, and fifty steps of PyTorch", "core/test_exam", "core/train/test_torch_training"
    ),
    "playground/commands/dialog_commands.py": _row(
        "run until, preferences and presets open",
        f"{_VIEWS}/dialogs/test_run_until",
        f"{_VIEWS}/dialogs/test_dialogs_preferences",
    ),
    "playground/plugins/imports/controller.py": _row(
        "button, menu, key and drop",
        f"{_PLUGINS}/imports/test_image_dialog",
        f"{_PLUGINS}/imports/test_table_dialog",
    ),
    "playground/training/stop_goal.py": _row(
        "pauses at goals, and early stopping", "playground/training/test_session"
    ),
    "playground/training/past_worker.py": _row(
        "moments, thumbnails and histograms beside a training", "playground/training/test_past"
    ),
    f"{_PLUGINS}/doctor/trial_view.py": _row(
        "fixes tried, used, cancelled and forgotten", "playground/plugins/doctor/test_doctor_controller"
    ),
    f"{_PLUGINS}/timeline/panel.py": _row(
        "what is looked at, and all that marks it as past", f"{_PLUGINS}/timeline/test_timeline_controller"
    ),
    **{
        f"{_PLUGINS}/film/{name}.py": _row("frames, formats and colors", "playground/plugins/film/test_film")
        for name in (
            "composer",
            "exports",
            "footage",
            "writer",
        )
    },
    **{
        f"{_PLUGINS}/film/{name}.py": _row(
            "settings, sizes, preview and writing", "playground/plugins/film/test_film_dialog"
        )
        for name in ("options", "preview")
    },
    f"{_VIEWS}/dialogs/restore.py": _row(
        "what it offers, by keys and buttons", "playground/commands/test_autosave_commands"
    ),
    **{
        f"{_VIEWS}/canvas/{name}.py": _row("cards of a table", f"{_VIEWS}/canvas/test_table_field")
        for name in ("table_cards",)
    },
    "playground/views/canvas/point_field.py": _row(
        "tiles, links and boundary of points", f"{_VIEWS}/canvas/test_neuron_field"
    ),
    "playground/views/canvas/scene.py": _row(
        "cards and their places", f"{_VIEWS}/canvas/test_network_canvas"
    ),
    "playground/model/disk_storage.py": _row(
        "sizes, and what is cleared and left", f"{_VIEWS}/dialogs/test_storage_page"
    ),
    **{
        f"core/formats/weights/{name}.py": _row("models that are read back", "core/formats/test_model_reader")
        for name in ("npz", "safetensors")
    },
    "core/formats/trained_experiment.py": _row(
        "models with and without preprocessing", "playground/plugins/predict/test_command_line"
    ),
    "core/runs/schema.py": _row("transactions, newer files and damage", "core/runs/test_store"),
    f"{_VIEWS}/output/run_thumbnail.py": _row(
        "pictures of runs and lanes", "playground/plugins/runs/test_recorder"
    ),
    f"{_VIEWS}/canvas/input_notes.py": _row(
        "which sample it is, and what is nearest", f"{_VIEWS}/canvas/test_pixel_field"
    ),
    **{
        f"{_VIEWS}/canvas/{name}.py": _row("rows of a text", f"{_VIEWS}/canvas/test_sequence_field")
        for name in ("head_maps", "hit_items", "sequence_sample", "vector_row")
    },
    f"{_VIEWS}/canvas/key_line.py": _row("what colors and bars mean", f"{_VIEWS}/canvas/test_pixel_field"),
    **{
        f"core/runs/{name}.py": _row(
            "what is kept, makes room, and is read of a damaged file", "core/runs/test_store"
        )
        for name in ("pruning", "rows", "run_set", "salvage")
    },
    "core/sweep/plan.py": _row(
        "sets of races and of seeds",
        "playground/plugins/runs/test_race_controller",
        "playground/plugins/runs/command_line/test_seeds",
    ),
    "playground/cli/command.py": _row("exit codes and sentences", "playground/cli/test_entry"),
    "playground/commands/action_table.py": _row(
        "every row's texts, keys and callee", "playground/commands/test_actions"
    ),
    "playground/cli/options.py": _row(
        "what a table's columns and a training's settings say", "playground/cli/test_train"
    ),
    f"{_VIEWS}/dialogs/dialog.py": _row(
        "opened, run and closed",
        "playground/views/dialogs/test_run_until",
        "playground/plugins/export/test_export_dialog",
    ),
    "playground/cli/values.py": _row(
        "words that are no numbers, or out of range", "playground/cli/test_train"
    ),
    "playground/headless/drawing.py": _row("text, boxes and colors", "playground/plugins/film/test_film"),
    "playground/plugins/film/command_line.py": _row(
        "a film of a preset, and bad values", "playground/plugins/film/test_film"
    ),
    "playground/headless/failure.py": _row(
        "the options that errors of tables name", "playground/headless/test_sources"
    ),
    "playground/headless/proving.py": _row(
        "what is proven, what is not and why, and what is refused",
        "playground/plugins/export/test_export_command_line",
    ),
    "playground/headless/reports.py": _row("losses, scores and errors", "playground/cli/test_train"),
    "playground/commands/model_content.py": _row(
        "models opened, and what they are told to hold",
        f"{_VIEWS}/dialogs/test_open_model",
        f"{_PLUGINS}/export/test_export_controller",
    ),
    f"{_PLUGINS}/export/window_content.py": _row(
        "titles, facts, code and pictures", f"{_PLUGINS}/export/test_export_controller"
    ),
    **{
        f"{_PLUGINS}/predict/{name}.py": _row(
            "typed and pasted rows, images and predictions by keys",
            f"{_PLUGINS}/predict/test_predict_dialog",
        )
        for name in ("predictions_model", "images_model", "rows_table")
    },
    f"{_VIEWS}/widgets/class_probabilities.py": _row(
        "the rows of classes, best first", f"{_PLUGINS}/draw/test_draw_panel"
    ),
    **{
        f"{room}/{name}.py": _row(
            "formats, code, proof and facts by keys", f"{_PLUGINS}/export/test_export_dialog"
        )
        for room, names in (
            (f"{_PLUGINS}/export", ("format_page", "proof_page")),
            (f"{_VIEWS}/dialogs/export", ("content", "facts_list", "file_line")),
        )
        for name in names
    },
    f"{_VIEWS}/pictures.py": _row(
        "every picture in every format", "playground/plugins/export/test_export_controller"
    ),
    "playground/plugins/imports/import_dialog.py": _row(
        "what both dialogs do alike",
        f"{_PLUGINS}/imports/test_image_dialog",
        f"{_PLUGINS}/imports/test_table_dialog",
    ),
    "playground/views/dialogs/shortcuts.py": _row(
        "the sheet lists the keys", "playground/commands/test_actions"
    ),
    f"{_PLUGINS}/draw/controller.py": _row(
        "the pad comes with images and goes with others", f"{_PLUGINS}/draw/test_draw_panel"
    ),
    f"{_VIEWS}/widgets/sample_views.py": _row(
        "listed, shown and painted",
        *(f"{_PLUGINS}/mistakes/test_sample_{name}" for name in ("model", "views")),
    ),
    f"{_VIEWS}/widgets/map_view.py": _row(
        "places by pointer and keys, in the microscope", f"{_PLUGINS}/microscope/test_map_card"
    ),
    "playground/plugins/microscope/cards.py": _row(
        "every card of a neuron and of a map",
        f"{_PLUGINS}/microscope/test_microscope_dialog",
        f"{_PLUGINS}/microscope/test_map_card",
    ),
    **{
        f"playground/views/output/{name}.py": _row(
            "drawn, decoded, chosen and walked", f"{_VIEWS}/output/test_code_pages"
        )
        for name in ("code_plot",)
    },
    "playground/views/widgets/picture_plot.py": _row(
        "pointed at, by mouse and keys", f"{_VIEWS}/results/test_map_tab"
    ),
    "playground/views/results/curve_tabs.py": _row(
        "curves, names and tiles of each tab",
        f"{_VIEWS}/results/test_results_panel",
        f"{_VIEWS}/results/test_tab",
    ),
    "playground/views/widgets/charts/curve_item.py": _row(
        "curves and bands on the screen", f"{_VIEWS}/widgets/charts/test_overlay_chart"
    ),
    **{
        f"{_PLUGINS}/runs/{name}.py": _row(
            "any set in every view, by mouse and keys", f"{_PLUGINS}/runs/views/test_shown"
        )
        for name in (
            "views/dot_chart",
            "views/run_curves",
            "views/kinds/map",
            "views/kinds/pictures",
            "views/kinds/spread",
            "sweep/importance_view",
        )
    },
    f"{_PLUGINS}/runs/views/changes_view.py": _row(
        "what changed in several", f"{_PLUGINS}/runs/views/test_details"
    ),
    **{
        f"{_PLUGINS}/runs/views/{name}.py": _row(
            "rows, comparison and wishes", f"{_PLUGINS}/runs/views/test_board"
        )
        for name in ("row_painter", "run_model", "run_table")
    },
    **{
        module: _row("seeds in the real window", "playground/plugins/runs/test_seeds_controller")
        for module in (
            "core/seeds/agreement.py",
            f"{_VIEWS}/widgets/page_widget.py",
        )
    },
    f"{_PLUGINS}/compare/weight_maps.py": _row(
        "read by the pointer and by keys", "playground/plugins/compare/test_compare_controller"
    ),
    f"{_PLUGINS}/compare/page.py": _row(
        "compared in the real window", "playground/plugins/compare/test_compare_controller"
    ),
    **{
        f"{_PLUGINS}/why/{name}.py": _row(
            "explained in the real window", "playground/plugins/why/test_why_controller"
        )
        for name in ("cards", "chart", "page", "what_if")
    },
    **{
        module: _row("a sweep in the real window", "playground/plugins/runs/test_sweep_controller")
        for module in (
            *(
                f"{_PLUGINS}/runs/sweep/{name}.py"
                for name in (
                    "line_layer",
                    "parallel_model",
                    "sweep_form",
                )
            ),
        )
    },
    f"{_PLUGINS}/runs/views/set_form.py": _row(
        "seeds in the real window", "playground/plugins/runs/test_seeds_controller"
    ),
    **{
        module: _row("a race in the real window", "playground/plugins/runs/test_race_controller")
        for module in (
            f"{_PLUGINS}/runs/views/heads.py",
            f"{_PLUGINS}/runs/views/lane_cards.py",
            f"{_PLUGINS}/runs/views/lane_network.py",
            "playground/plugins/runs/live_run.py",
        )
    },
    **{
        module: _row(
            "a key and a switch bring them, and the bar drives them",
            "playground/plugins/runs/test_board_controller",
            "playground/plugins/runs/test_race_controller",
        )
        for module in (
            "playground/window/pages/pages.py",
            *(f"{_PLUGINS}/runs/{name}.py" for name in ("controller", "set_page")),
        )
    },
    "playground/plugins/imports/readers.py": _row(
        "what the import dialogs read beside the window",
        f"{_PLUGINS}/imports/test_background_reader",
        f"{_PLUGINS}/imports/test_text_dialog",
    ),
    "playground/views/widgets/layer_drag.py": _row(
        "a layer in the air, let go or cancelled",
        f"{_VIEWS}/canvas/test_drop_zone",
        f"{_VIEWS}/canvas/test_layer_palette",
    ),
    "playground/training/requests.py": _row("what a step of undo is called", "playground/training/test_past"),
    "playground/window/menu_area.py": _row("every action is in a menu", "playground/commands/test_actions"),
    "core/notebook/shown_data.py": _row("arrays in the window and back", "playground/test_watching"),
    "playground/watched_window.py": _row("gives back what it learned", "playground/test_watching"),
    "playground/window/preference_sync.py": _row(
        "preferences hold at once", f"{_VIEWS}/dialogs/test_dialogs_preferences"
    ),
    "playground/window/shortcut_filter.py": _row(
        "space plays except where it is needed", "playground/commands/test_actions"
    ),
    "playground/window/displays.py": _row(
        "title, status line and actions follow the document", "playground/window/test_main_window"
    ),
    "playground/window/view_connections.py": _row(
        "a click here changes what is shown there", "playground/window/test_main_window"
    ),
}
