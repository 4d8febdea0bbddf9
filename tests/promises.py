"""The twelve promises that trust rests on, and the tests that show them; `test_parity.py` checks that these exist."""

from __future__ import annotations

from typing import Final

from tests.parity import Row

PROMISES: Final[tuple[Row, ...]] = (
    Row(
        "be sure that an error in drawing or in any other method that Qt calls does not end the program",
        (
            "playground/startup/test_override_guard::test_an_error_in_any_override_is_reported_once_and_answered",
            "playground/startup/test_override_guard::test_all_kinds_are_shown_in_one_process_that_lives_on",
        ),
    ),
    Row(
        "be sure that nothing runs that came in a file",
        (
            "playground/test_app::test_no_file_of_preferences_runs_or_keeps_it_from_starting",
            "playground/test_app::test_no_file_of_qts_own_is_unpickled",
            "test_architecture::test_nothing_is_unpickled_or_evaluated",
            "core/data/tables/test_npz_reader::test_pickles_are_refused_and_not_run",
        ),
    ),
    Row(
        "open any file and get it, or a short sentence that says what is wrong with it",
        (
            "fuzz/test_fuzz::test_mutated_files_are_opened_or_refused_with_a_sentence",
            "core/io/test_ordinary_file::test_a_pipe_is_refused_by_every_reader",
            "core/io/test_ordinary_file::test_a_sentence_stays_short_whatever_the_name",
        ),
    ),
    Row(
        "save without losing what was learned, whatever state the training is in",
        (
            "playground/commands/test_project_saver::test_after_a_divergence_the_last_good_weights_are_offered_and_saved",
            "playground/commands/test_project_saver::"
            "test_a_stack_that_cannot_run_keeps_the_weights_of_the_one_that_could",
            "playground/commands/test_project_saver::test_untrained_weights_replace_trained_ones_only_after_a_question",
        ),
    ),
    Row(
        "lose power while it saves and keep the old file",
        (
            "core/io/test_atomic_write::test_a_failed_writing_leaves_the_file_and_nothing_else",
            "core/io/test_archive::test_a_failure_of_the_disk_leaves_the_old_file",
            "playground/commands/test_project_saver::test_a_full_disk_leaves_the_old_file",
        ),
    ),
    Row(
        "have the program killed and lose at most one interval of training; log out, press Ctrl+C and lose nothing",
        (
            "playground/test_ended_programs::test_what_an_ended_program_leaves_misses_one_interval_at_most_and_predicts_the_same",
            "playground/commands/test_autosave_commands::test_a_desktop_that_ends_all_programs_finds_the_last_step_kept",
            "playground/test_app::test_it_ends_cleanly_on_a_signal_while_it_trains",
        ),
    ),
    Row(
        "work on one file in two windows or programs and replace nothing of the other's without a question",
        (
            "playground/commands/test_autosave_commands::"
            "test_a_file_that_another_program_has_written_is_not_replaced_without_a_question",
            "playground/test_two_windows::"
            "test_saving_asks_before_it_replaces_what_another_window_has_open_and_once",
        ),
    ),
    Row(
        "reopen a project and train on as if it had never stopped",
        ("core/experiment/test_project_file::test_training_goes_on_as_if_it_had_never_stopped",),
    ),
    Row(
        "open projects of every earlier version",
        ("core/experiment/test_old_projects::test_a_project_of_an_earlier_version_goes_on_where_it_stood",),
    ),
    Row(
        "undo an edit and get what was learned back",
        (
            "playground/training/test_run::test_undo_brings_back_what_a_reset_forgot_and_redo_forgets_it_again",
            "playground/training/test_run::test_undo_brings_back_a_deleted_layer_with_its_weights",
        ),
    ),
    Row(
        "load an exported network elsewhere and get the same predictions",
        (
            "core/formats/programs/test_loading_code::test_the_sequential_predicts_the_same",
            "core/formats/programs/test_loading_code::test_numpy_lines_predict_the_same",
            "core/formats/onnx/test_writer::test_raw_samples_of_every_kind_get_the_same_predictions",
            "core/formats/onnx/test_loading_code::test_the_python_that_is_shown_predictions_in_a_fresh_process",
            "core/formats/programs/test_pipeline_code::test_the_penguins_in_a_fresh_process",
        ),
    ),
    Row(
        "repeat a training from its seed, number for number",
        ("playground/cli/test_train::test_the_same_seed_gives_the_same_numbers",),
    ),
)
"""`can` completes "One can ..."."""
