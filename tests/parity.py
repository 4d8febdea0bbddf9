"""Features, one row each, and their tests: first TensorFlow Playground's and those its users requested, then further
ones.

`test_parity.py` checks that every test exists.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Row(NamedTuple):
    """`can` completes "One can ...". `tests` are "folder/file::function", relative to this folder, without ".py"."""

    can: str
    tests: tuple[str, ...]


def _row(can: str, *tests: str) -> Row:
    return Row(can, tests)


TABLE: Final[dict[str, tuple[Row, ...]]] = {
    "TensorFlow Playground: controls": (
        _row(
            "reset, play, pause and step, and see the epoch and the batch in it",
            "playground/window/test_main_window::test_the_keys_of_training",
            "playground/window/test_main_window::test_space_trains_from_the_first_moment",
            "playground/views/training_bar/test_bar::test_a_button_triggers_its_action",
            "playground/views/training_bar/test_bar::test_the_moment_is_written_and_spoken_with_its_batch",
        ),
        _row(
            "choose each of its eleven learning rates while it trains",
            "playground/test_playground_ranges::test_every_learning_rate_is_chosen_by_key",
            "playground/training/test_session::test_a_live_change_while_playing_neither_stops_nor_resets",
        ),
        _row(
            "choose one activation for all hidden units at once",
            "playground/test_playground_ranges::test_an_activation_for_all_layers_at_once",
        ),
        _row(
            "choose L1 or L2 regularization at each of its nine rates",
            "playground/test_playground_ranges::test_every_regularization_is_offered",
            "playground/views/training_bar/test_field_choices::test_regularization_is_one_list_of_kind_and_rate",
        ),
        _row(
            "turn from classification to regression and back",
            "playground/views/sidebar/test_dataset_panel::test_picking_fits_loss_and_layers",
            "playground/views/results/test_results_panel::test_a_regression_shows_r2_and_no_matrix",
            "playground/views/output/test_boundary_legend::test_a_regression_names_its_values",
        ),
    ),
    "TensorFlow Playground: data": (
        _row(
            "divide train and test from 10 to 90 %, set noise up to 50, batches from 1 to 30",
            "playground/test_playground_ranges::test_shares_noise_and_batches_reach_as_far",
            "playground/views/sidebar/test_dataset_panel::test_train_and_test_are_divided",
        ),
        _row("make the data anew", "playground/views/sidebar/test_dataset_panel::test_new_seed"),
        _row(
            "get 500 points, or 1,200 of a regression, in a window of -6 to 6",
            "playground/test_playground_ranges::test_as_many_points_in_the_same_window",
        ),
        _row(
            "learn from its circle",
            "core/data/datasets/test_playground_points::test_circle_is_a_disc_in_a_ring",
            "core/data/datasets/test_playground_points::test_noise_of_circle_and_xor_moves_labels_not_points",
        ),
        _row(
            "learn from its xor",
            "core/data/datasets/test_playground_points::test_xor_leaves_the_axes_free",
            "core/data/datasets/test_playground_points::test_share_of_wrong_xor_labels_is_the_jitters",
        ),
        _row(
            "learn from its gauss",
            "core/data/datasets/test_playground_points::test_gauss_variance_grows_linearly_with_noise",
        ),
        _row(
            "learn from its spiral",
            "core/data/datasets/test_playground_points::test_spirals_follow_their_formula",
            "core/data/datasets/test_playground_points::test_spiral_noise_is_uniform_within_its_size",
        ),
        _row(
            "learn from its plane",
            "core/data/datasets/test_playground_points::test_plane_is_a_tenth_of_the_sum",
            "core/data/datasets/test_playground_points::test_plane_noise_is_a_jitter_of_the_judged_point",
        ),
        _row(
            "learn from its multi-gauss",
            "core/data/datasets/test_playground_points::test_multi_gauss_has_six_cones",
            "core/data/datasets/test_playground_points::test_multi_gauss_values_stay_within_one",
        ),
    ),
    "TensorFlow Playground: network": (
        _row(
            "choose among its seven features, and two more",
            "core/data/test_features::test_order_and_labels",
            "core/data/test_features::test_values_at_a_point",
            "playground/views/sidebar/test_input_section::test_chips_choose_the_features",
        ),
        _row(
            "have six layers of eight, and far more; many units fold into a word",
            "playground/test_playground_ranges::test_more_layers_and_units_than_six_of_eight",
            "playground/views/canvas/test_column_layout::test_many_units_are_folded",
        ),
        _row(
            "train as it does: one tanh, half the squared error, plain steps, its first weights and biases",
            "playground/test_playground_ranges::test_its_opening_network_is_a_preset",
            "core/optim/test_sgd::test_a_step_is_one_step_of_gradient_descent",
        ),
        _row(
            "open its default on each of its six patterns as a preset, and see it learn",
            "core/experiment/test_presets::test_each_has_the_originals_defaults",
            "core/experiment/test_presets::test_each_learns",
        ),
    ),
    "TensorFlow Playground: drawing": (
        _row(
            "see the output over the plane, in its colours from orange to blue",
            "core/inspect/test_decision_boundary::test_the_boundary_is_the_prediction_on_the_grid",
            "playground/views/output/test_boundary_colors::test_values_map_to_the_ends_and_the_middle_of_the_table",
            "playground/views/theme/test_colors::test_diverging_map_has_exact_ends_and_middle",
        ),
        _row(
            "see a map of every feature and every neuron, and hover one to see it large",
            "core/inspect/test_snapshot_taker::test_maps_show_every_neuron",
            "playground/views/canvas/test_neuron_field::test_tiles_show_their_maps",
            "playground/window/test_main_window::test_the_pointer_on_a_neuron_fills_the_large_plot",
            "playground/test_playground_ranges::test_a_feature_fills_the_large_plot",
        ),
        _row(
            "read weights by the width and colour of links whose dashes flow",
            "playground/views/canvas/test_weight_links::test_links_are_wider_for_larger_weights_but_never_ropes",
            "playground/views/canvas/test_weight_links::test_links_have_the_colour_of_their_sign",
            "playground/views/canvas/test_signal_animation::test_dashes_run_while_the_network_learns_and_stop_with_it",
        ),
        _row(
            "hover a weight or a bias to read it, click to type another",
            "playground/views/canvas/test_tooltips::test_a_link_says_its_weight",
            "playground/views/canvas/test_weight_editor::test_a_weight_is_typed",
            "playground/views/canvas/test_weight_editor::test_a_bias_is_typed",
            "playground/window/test_main_window::test_a_weight_is_edited_by_hand",
        ),
        _row(
            "show test points",
            "playground/views/output/test_boundary_points::test_test_points_have_a_dark_edge_and_can_be_hidden",
        ),
        _row(
            "discretize the output", "playground/views/output/test_boundary_legend::test_discretize_by_mouse"
        ),
        _row(
            "follow train and test loss, as curves and to three decimals at least",
            "playground/views/results/test_curves_plot::test_curves_are_the_history",
            "playground/test_playground_ranges::test_losses_are_told_to_three_decimals",
        ),
        _row(
            "pass all settings on",
            "core/experiment/test_project_file::test_the_experiment_in_the_file_is_readable",
            "core/experiment/test_experiment::test_an_experiment_comes_back_from_json",
        ),
        _row(
            "hide controls from a class",
            "playground/window/test_control_visibility::test_every_control_can_be_hidden_and_shown",
            "playground/window/test_control_visibility::test_hidden_is_hidden_from_the_start",
            "playground/window/test_control_visibility::test_keys_work_on_without_menus_and_buttons",
        ),
    ),
    "TensorFlow Playground: asked for and never built": (
        _row(
            "send a file, or link to a page, that learns in any browser where it is opened, offline",
            "core/formats/page/test_training_plan::test_a_browser_trains_pauses_steps_and_begins_again",
            "core/formats/page/test_training_plan::test_a_narrow_frame_without_rights_trains_by_its_link_in_arrays_that_stay",
            "core/formats/page/test_training_plan::test_points_are_added_by_click_and_by_key_and_taken_back",
            "core/formats/page/test_training_plan::test_firefox_proves_the_page_by_itself",
            "playground/plugins/export/test_export_controller::test_a_page_that_trains_says_how_many_rows_of_ones_own_travel",
        ),
        _row(
            "bring one's own data",
            "playground/plugins/imports/test_table_dialog::test_from_the_menu_to_a_network_that_learns",
            "playground/views/output/test_paint_controller::test_the_brush_adds_points_of_the_chosen_class_inside_the_disc",
        ),
        _row(
            "choose among more activations, for each layer",
            "playground/views/sidebar/test_layer_form::test_a_choice_and_a_check_box_change_the_layer",
            "core/test_exam::test_activations_have_the_values_of_their_formulas",
        ),
        _row(
            "change things while it trains, without a reset",
            "playground/training/test_session::test_a_live_change_goes_on_with_the_same_weights",
            "playground/training/test_run::test_an_edit_keeps_what_was_learned_and_is_marked",
        ),
        _row(
            "take the weights along",
            "playground/test_story::test_build_train_see_and_take_home",
            "core/test_torch::test_an_exported_file_loads_and_predicts_the_same",
            "core/formats/programs/test_loading_code::test_the_sequential_predicts_the_same",
            "playground/plugins/export/test_export_controller::test_the_code_follows_format_layout_and_name_and_reads_the_file",
        ),
        _row(
            "save, and go on another day",
            "playground/commands/test_file_commands::test_save_and_open_go_on_bit_by_bit",
        ),
        _row(
            "go beyond its limits",
            "playground/test_playground_ranges::test_more_layers_and_units_than_six_of_eight",
        ),
        _row(
            "tell more than two classes apart",
            "playground/views/sidebar/test_dataset_panel::test_more_classes_take_another_loss",
            "playground/views/output/test_boundary_colors::test_class_shades_show_the_winner_and_pale_to_neutral_at_chance",
        ),
        _row(
            "use dropout",
            "core/nn/test_regularization::test_dropout_silences_its_share_and_keeps_the_mean",
            "playground/views/canvas/test_layer_palette::test_every_kind_with_a_place_on_the_palette_has_a_card",
        ),
        _row(
            "choose an optimizer",
            "playground/views/training_bar/test_hyperparameter_fields::test_another_optimizer_keeps_the_learning_rate",
            "core/test_exam::test_an_optimizer_goes_downhill",
        ),
        _row(
            "read accuracy and confusion, and stop by a condition",
            "playground/views/results/test_confusion_tab::test_scores_are_those_of_the_matrix",
            "playground/views/results/test_confusion_tab::test_the_pair_confused_most_often_is_named_and_opens_its_samples",
            "playground/views/dialogs/test_run_until::test_it_stops_in_the_first_epoch_that_is_good_enough",
        ),
        _row(
            "read a chart with axes and values",
            "playground/views/widgets/charts/test_curve_axis::test_ticks_are_round",
            "playground/views/results/test_curve_chart::test_the_pointer_reads_exact_values",
        ),
        _row(
            "freeze weights",
            "core/nn/test_interventions::test_frozen_weights_do_not_move_whatever_the_optimizer",
            "playground/views/canvas/test_card_menu::test_a_link_is_frozen_or_cut",
        ),
        _row(
            "reset to the same weights",
            "playground/training/test_session::test_reset_brings_the_same_weights_back",
        ),
        _row(
            "compare with earlier runs",
            "playground/views/results/test_previous_runs::test_the_last_three_runs_stay_behind_a_new_one",
        ),
        _row(
            "work in the dark",
            "playground/window/test_main_window::test_the_theme_changes_everywhere",
            "playground/views/theme/test_colors::test_text_can_be_read_on_every_ground",
        ),
        _row(
            "see what happened when numbers run away, and go on",
            "playground/training/test_worker::test_a_diverged_training_tells_and_keeps_the_last_good_picture",
            "playground/training/test_worker::test_a_failure_is_recovered_from",
        ),
    ),
    "Building": (
        _row(
            "give each layer its activation, initializer and regularizing layers",
            "playground/views/widgets/settings_form/test_form::test_every_control_of_every_kind_changes_its_spec",
            "core/test_exam::test_an_initializer_has_the_mean_and_variance_of_its_paper",
        ),
        _row(
            "add dropout and batch normalization",
            "core/nn/test_normalization::test_training_normalizes_each_channel_of_the_batch",
            "core/nn/test_regularization::test_spatial_dropout_drops_whole_channels",
            "playground/views/canvas/test_layer_palette::test_a_double_click_appends",
        ),
        _row(
            "replace the layers by a well-known network that fits the data, as one step",
            "playground/views/test_menus::test_the_menu_has_what_fits_the_data",
            "playground/views/test_menus::test_a_click_replaces_the_layers_as_one_step",
            "playground/views/test_menus::test_the_window_offers_them_in_its_menu_and_below_the_network",
            "core/experiment/test_templates::test_the_networks_on_mnist_have_the_parameters_of_their_papers",
        ),
        _row(
            "insert a layer anywhere by drag, where a bar shows it will land",
            "playground/views/canvas/test_drop_zone::test_a_layer_from_the_palette_lands_where_the_bar_stands",
            "playground/views/canvas/test_drop_zone::test_a_drop_lands_right_in_a_zoomed_canvas",
        ),
        _row(
            "move and remove layers by drag, with the canvas scrolling along",
            "playground/views/canvas/test_stack_editor::test_a_card_moves_along_the_stack",
            "playground/views/canvas/test_stack_editor::test_a_card_dragged_off_the_canvas_is_removed",
            "playground/views/canvas/test_drop_zone::test_the_canvas_scrolls_under_a_drag_near_its_edge",
        ),
        _row(
            "select several layers, copy, paste and duplicate them",
            "playground/views/canvas/test_layer_commands::test_ctrl_and_shift_clicks_select_several",
            "playground/views/canvas/test_layer_commands::test_layers_go_over_the_clipboard",
            "playground/views/canvas/test_layer_commands::test_duplicates_stand_behind_the_selected_and_are_selected",
        ),
        _row(
            "undo everything, the trained weights included",
            "playground/training/test_run::test_undo_brings_back_what_a_reset_forgot_and_redo_forgets_it_again",
            "playground/training/test_run::test_undo_brings_back_a_deleted_layer_with_its_weights",
            "playground/training/test_run::test_undo_of_a_live_change_leaves_the_weights_alone",
        ),
        _row(
            "edit a network without it forgetting, and find the edit on the curve",
            "core/train/test_warm_start::test_an_edit_that_adds_leaves_the_predictions_as_they_were",
            "core/train/test_warm_start::test_a_new_relu_layer_after_a_relu_layer_changes_nothing",
            "playground/test_first_tasks::test_a_layer_added_while_it_trains_keeps_what_was_learned",
            "playground/window/test_results_in_window::test_an_edit_is_marked_and_a_reset_leaves_the_run_behind",
        ),
        _row(
            "mute, clamp or freeze a neuron, freeze or cut a link, by click",
            "playground/views/canvas/test_card_menu::test_a_neuron_is_muted_and_released_by_its_menu",
            "playground/views/canvas/test_interventions::test_a_neuron_is_clamped_to_a_typed_value",
            "playground/views/canvas/test_card_menu::test_a_link_is_frozen_or_cut",
            "playground/model/test_document::test_holding_goes_on_with_the_same_run_and_undo_lets_go",
        ),
        _row(
            "reset to the same weights or to new ones",
            "playground/window/test_main_window::test_the_keys_of_training",
            "playground/training/test_session::test_reset_brings_the_same_weights_back",
        ),
        _row(
            "train from one batch a second to full speed",
            "playground/window/test_main_window::test_the_speed_reaches_the_training",
            "playground/training/test_step_pacer::test_a_speed_is_kept_to_the_step",
            "playground/training/test_step_pacer::test_full_speed_has_no_limit",
        ),
        _row(
            "step by a batch, an epoch or ten",
            "playground/training/test_worker::test_a_step_trains_on_one_batch",
            "playground/training/test_worker::test_a_step_of_an_epoch_ends_where_the_epoch_ends",
            "playground/views/dialogs/test_run_until::test_ten_epochs_by_key",
        ),
        _row(
            "run until a condition holds",
            "playground/views/dialogs/test_run_until::test_the_dialog_runs_and_the_window_tells",
            "playground/views/dialogs/test_run_until::test_without_gain_it_gives_up",
        ),
        _row(
            "check every gradient, and whether one batch is learned by heart",
            "core/probes/test_gradient_check::test_a_layer_with_a_wrong_gradient_is_red_and_no_other_layer",
            "playground/plugins/probes/test_probes_controller::test_gradients_and_one_batch_are_green",
        ),
        _row(
            "find a learning rate by a range test, and take it by a click",
            "playground/plugins/probes/test_probes_controller::test_a_click_on_the_curve_takes_the_rate_and_undo_takes_it_back",
        ),
        _row(
            "draw a learning rate schedule",
            "playground/plugins/probes/test_probe_pages::test_points_are_added_dragged_and_removed_by_the_mouse",
            "playground/plugins/probes/test_probe_pages::test_points_are_drawn_by_keys_and_reset_by_a_button",
        ),
        _row(
            "see the loss around the weights, and the way that training walked",
            "playground/plugins/probes/test_probe_pages::test_the_landscape_shows_the_path_of_the_run",
        ),
        _row(
            "see which units matter, and mute them",
            "playground/plugins/probes/test_probe_pages::test_a_unit_is_muted_by_a_click_and_marked_in_the_network",
        ),
        _row(
            "compare with other models, and cross-validate",
            "playground/plugins/probes/test_probe_pages::test_baselines_are_kept_among_the_runs",
            "playground/plugins/probes/test_probe_pages::test_folds_of_values",
        ),
        _row(
            "see the boundaries of many classes, shaded by certainty",
            "playground/views/output/test_boundary_colors::test_class_shades_show_the_winner_and_pale_to_neutral_at_chance",
            "playground/views/output/test_boundary_plot::test_the_pointer_reads_place_class_and_certainty",
        ),
        _row(
            "see wider data on their main plane",
            "core/inspect/test_decision_boundary::test_the_plane_of_wider_data",
            "playground/views/output/test_plane_axes_bar::test_a_table_begins_with_its_main_directions",
        ),
        _row(
            "choose two features as axes, with sliders for the others",
            "playground/views/output/test_plane_axes_bar::test_two_features_are_chosen_by_key_with_the_others_at_their_medians",
            "playground/views/output/test_plane_axes_bar::test_a_slider_asks_for_its_value_and_a_double_click_for_the_median",
            "core/data/test_plane::test_the_boundary_is_the_prediction_to_raw_values",
        ),
        _row(
            "be told why a stack cannot run, and fix it by a click",
            "playground/views/canvas/test_network_canvas::test_a_dense_on_an_image_says_why_and_mends_itself",
            "playground/window/test_main_window::test_a_stack_that_cannot_run_says_so_and_is_mended",
        ),
    ),
    "Own data": (
        _row(
            "paint points of a chosen class with a brush, and add a class",
            "playground/views/output/test_paint_controller::test_the_brush_adds_points_of_the_chosen_class_inside_the_disc",
            "playground/views/output/test_paint_toolbar::test_number_keys_choose_the_class",
            "playground/views/output/test_paint_toolbar::test_a_class_more_can_be_painted",
        ),
        _row(
            "erase, jitter and move points",
            "playground/views/output/test_paint_controller::test_the_eraser_removes_what_it_passes",
            "playground/views/output/test_paint_controller::test_jitter_shakes_only_what_is_under_the_disc",
            "playground/views/output/test_paint_controller::test_move_takes_the_points_under_the_disc_along",
        ),
        _row(
            "paint while the network keeps learning",
            "playground/views/output/test_paint_controller::test_training_goes_on_with_what_it_learned",
            "playground/views/output/test_paint_controller::test_points_arrive_while_the_button_is_down",
        ),
        _row(
            "open CSV, TSV, Excel and NPZ",
            "core/data/tables/test_csv_reader::test_a_plain_table",
            "core/data/tables/test_csv_reader::test_tabs",
            "core/data/tables/test_read_table::test_an_excel_sheet",
            "core/data/tables/test_npz_reader::test_arrays_by_their_names",
        ),
        _row(
            "choose a sheet of an Excel file",
            "playground/plugins/imports/test_table_dialog::test_a_sheet_is_chosen",
            "playground/headless/test_sources::test_a_workbook_says_that_it_has_other_sheets",
        ),
        _row(
            "open gzip'd text, TIFF, and a folder of images on the command line",
            "core/data/tables/test_packed_file::test_a_packed_file_is_read_as_the_text_in_it",
            "core/data/images/test_read_image::test_a_tiff_has_the_pixels_of_its_image",
            "playground/headless/test_sources::test_a_folder_of_images_is_read_as_by_the_window",
        ),
        _row(
            "open a table by dialog or by dropping it",
            "playground/plugins/imports/test_table_dialog::test_from_the_menu_to_a_network_that_learns",
            "playground/plugins/imports/test_table_dialog::test_a_table_dropped_on_the_window",
            "playground/plugins/imports/test_table_dialog::test_no_part_of_the_window_keeps_a_drop_for_itself",
        ),
        _row(
            "choose target and features in a preview",
            "playground/plugins/imports/test_table_dialog::test_a_table_is_previewed_and_everything_guessed",
            "playground/plugins/imports/test_preview_table::test_a_click_on_a_header_changes_the_role",
        ),
        _row(
            "be told of leaks, gaps and codes, and follow the hint",
            "core/data/tables/test_column_hints::test_a_column_that_tells_the_class_is_a_leak",
            "playground/plugins/imports/test_hint_list::test_hints_are_followed_by_their_buttons",
        ),
        _row(
            "have the task guessed, and change it",
            "core/data/tables/test_table_schema::test_the_task_is_guessed_by_the_target",
            "playground/plugins/imports/test_table_dialog::test_target_task_and_missing_by_menu",
        ),
        _row(
            "have categories encoded and missing values shown and handled",
            "core/data/test_target_encoding::test_every_code_lies_in_the_range_of_its_function",
            "core/data/tables/test_table::test_missing_values_are_counted_and_no_values",
            "core/data/tables/test_table_schema::test_gaps_are_filled_with_the_mean_and_the_most_frequent",
            "core/data/tables/test_table_schema::test_rows_with_gaps_are_dropped",
        ),
        _row(
            "choose the scaling",
            "playground/views/sidebar/test_input_section::test_tables_and_images_are_preprocessed_instead",
            "core/data/test_scalers::test_standardize_by_column",
        ),
        _row(
            "load 100,000 rows in seconds, see how far it is, and cancel",
            "core/data/tables/test_read_table::test_a_hundred_thousand_rows_with_progress",
            "core/data/tables/test_read_table::test_reading_can_be_cancelled",
            "playground/plugins/imports/test_table_dialog::test_reading_shows_progress_and_is_cancelled",
        ),
        _row(
            "learn which line cannot be read, and why",
            "core/data/tables/test_csv_reader::test_errors_say_which_line_and_why",
            "playground/plugins/imports/test_table_dialog::test_a_file_that_cannot_be_read_says_why",
        ),
    ),
    "Reading learning": (
        _row(
            "read curves by axes, on a log scale, smoothed, with exact values under the pointer",
            "playground/views/results/test_curve_chart::test_the_pointer_reads_exact_values",
            "playground/views/results/test_curve_chart::test_log_scale_by_mouse",
            "playground/views/results/test_curves_plot::test_smoothing_by_mouse_and_back_by_a_double_click",
            "playground/views/widgets/charts/test_curve_axis::test_the_axis_of_a_loss_starts_at_zero_and_of_a_part_where_its_values_are",
        ),
        _row(
            "see the last runs behind the present one",
            "playground/views/results/test_previous_runs::test_the_last_three_runs_stay_behind_a_new_one",
            "playground/views/results/test_previous_runs::test_earlier_runs_are_hidden_and_cleared_by_the_menu",
            "playground/views/results/test_panel::test_two_learning_rates_are_told_apart_in_one_chart",
        ),
        _row(
            "find edits marked",
            "playground/views/results/test_chart_markers::test_an_edit_has_a_tick_where_it_was",
            "playground/views/results/test_chart_markers::test_the_pointer_near_a_mark_reads_it",
        ),
        _row(
            "read accuracy, learning rate and gradient norm",
            "playground/views/results/test_results_panel::test_only_the_tab_in_front_is_updated",
            "playground/views/results/test_weights_tab::test_rates_are_read_on_a_logarithmic_axis",
            "playground/window/test_results_in_window::test_rates_are_shown",
        ),
        _row(
            "see which samples make up a cell of the confusion matrix, the surest mistake first",
            "playground/plugins/mistakes/test_sample_model::test_mistakes_are_listed_with_the_surest_first",
            "playground/plugins/mistakes/test_gallery::test_enter_opens_the_cell_that_the_arrows_reached",
            "playground/views/results/test_confusion_tab::test_every_class_has_its_precision_and_recall_beside_its_row",
        ),
        _row(
            "fix wrong labels and drop bad samples, and take that back",
            "playground/plugins/mistakes/test_bars::test_several_are_relabelled_at_once_and_restored",
            "playground/plugins/mistakes/test_gallery::test_a_cell_of_the_matrix_opens_its_samples_and_a_drop_keeps_what_was_learned",
            "core/data/test_label_corrections::test_a_mended_label_moves_no_sample",
        ),
        _row(
            "find hard, ambiguous and mislabelled samples on a data map, see their lives, and relabel them from there",
            "playground/plugins/mistakes/test_data_map_view::test_the_pointer_tells_of_a_sample_and_a_click_chooses_it",
            "playground/plugins/mistakes/test_data_map_view::test_the_hardest_are_chosen_and_relabelled_in_one_step",
            "playground/training/test_past::test_the_data_map_is_of_the_runs_own_networks",
        ),
        _row(
            "see where the last hidden layer puts the samples",
            "core/inspect/test_embedding::test_the_places_are_the_principal_components_of_the_hidden_outputs",
            "playground/views/results/test_map_tab::test_samples_move_on_their_map_and_are_chosen_there",
        ),
        _row(
            "see which pixels speak for the prediction",
            "core/inspect/test_saliency::test_the_gradient_is_that_of_finite_differences",
            "core/inspect/test_saliency::test_occlusion_is_what_a_plain_loop_says",
            "playground/views/widgets/test_saliency_overlay::test_the_switch_asks_for_it_and_it_comes_for_the_next_sample_too",
        ),
        _row(
            "see which columns moved a prediction, in bars that add up, and save them",
            "core/explain/test_attribution::test_they_add_up_to_the_difference_of_the_predictions",
            "playground/plugins/why/test_why_controller::test_bars_lead_from_the_average_row_to_the_chosen_one",
            "playground/plugins/why/test_why_controller::test_it_is_saved_as_csv_and_as_a_picture",
        ),
        _row(
            "see what one column alone does to the prediction",
            "core/explain/test_dependence::test_it_is_scikit_learns",
            "playground/plugins/why/test_why_controller::test_a_bar_is_read_by_keys_and_shows_what_its_column_does_alone",
        ),
        _row(
            "see the network beside a file, a kept run or an earlier moment: layers, boundaries and disagreements",
            "core/explain/test_comparison::test_layers_are_aligned_as_in_a_diff",
            "core/explain/test_comparison::test_counts_and_scores_are_scikit_learns",
            "playground/plugins/compare/test_compare_controller::test_a_file_is_shown_layer_by_layer_over_the_plane_and_where_both_disagree",
            "playground/plugins/compare/test_compare_controller::test_the_comparison_follows_the_training_and_earlier_moments",
            "playground/plugins/compare/test_compare_controller::test_a_kept_run_comes_from_the_menu_and_from_the_board",
        ),
        _row(
            "see how far probabilities can be trusted, and move the threshold",
            "core/explain/test_certainty::test_roc_and_precision_recall",
            "playground/plugins/why/test_why_controller::test_the_threshold_of_the_curves_is_dragged",
            "playground/plugins/why/test_why_controller::test_a_dragged_threshold_moves_labels_confusion_and_exports_and_is_undone",
            "core/formats/test_every_format::test_labels_follow_a_moved_threshold_in_every_format",
        ),
        _row(
            "calibrate probabilities by samples set apart, and take them home so",
            "core/explain/test_certainty::test_every_format_gives_the_calibrated_probabilities_of_raw_rows",
            "playground/plugins/why/test_why_controller::test_probabilities_are_calibrated_by_samples_set_apart_and_undone",
        ),
        _row(
            "see the smallest change that turns the prediction for a point, a row or an image",
            "core/explain/test_counterfactual::test_the_smallest_change_of_a_lines_side_is_the_distance_to_it",
            "core/explain/test_counterfactual::test_categories_change_as_a_whole_and_fixed_columns_not_at_all",
            "playground/plugins/why/test_why_controller::test_the_smallest_change_that_turns_a_row_is_shown_in_its_units",
            "playground/plugins/why/test_why_controller::test_an_arrow_leads_from_a_point_to_where_it_turns",
            "playground/plugins/why/test_why_controller::test_the_change_of_an_image_is_enlarged",
        ),
        _row(
            "see where 16 seeds, or dropout left on, disagree, and by how much",
            "core/inspect/test_fog::test_it_is_the_spread_of_sixteen_seeds_that_were_trained_alone",
            "core/inspect/test_fog::test_dropout_left_on_leaves_all_else_as_in_prediction",
            "playground/plugins/doubt/test_doubt_controller::test_the_boundary_fades_where_other_seeds_disagree",
        ),
        _row(
            "prune the smallest links, seeing the accuracy without them first, and take the network home so",
            "core/inspect/test_pruning::test_the_accuracy_shown_is_the_exported_programs_on_raw_rows",
            "playground/views/dialogs/test_prune::test_links_are_pruned_as_one_step_of_undo",
        ),
        _row(
            "see weights and activations of a layer spread over time",
            "playground/views/results/test_histogram_strip::test_each_look_is_a_line_and_another_layer_begins_anew",
            "playground/window/test_results_in_window::test_histograms_come_for_the_selected_layer",
        ),
        _row(
            "read the formula of a neuron with its real numbers, forward and backward",
            "core/inspect/test_neuron::test_the_sum_is_the_products_and_the_output_is_the_networks",
            "core/inspect/test_neuron::test_gradients_are_those_of_finite_differences",
            "core/inspect/test_neuron::test_the_step_is_the_one_that_training_on_this_sample_makes",
            "playground/plugins/microscope/test_microscope_dialog::test_a_click_on_a_neuron_opens_it_there",
            "playground/plugins/microscope/test_microscope_dialog::test_a_click_on_a_test_point_chooses_the_sample",
        ),
        _row(
            "see patch times kernel for every number of a feature map, and what pools and other layers make of theirs",
            "core/inspect/test_feature_map::test_every_number_of_a_convolution_is_patch_times_kernel",
            "playground/plugins/microscope/test_map_card::test_the_pointer_and_the_keys_choose_the_place",
            "playground/plugins/microscope/test_map_formulas::test_every_layer_says_what_it_does_in_numbers",
            "playground/plugins/microscope/test_map_card::test_a_click_on_a_map_opens_it_and_it_lives_while_training",
        ),
        _row(
            "see large a feature map, or the weights of a neuron that sees pixels; all of a softmax regression",
            "playground/views/output/test_output_plot::test_a_map_under_the_pointer_fills_the_plot",
            "playground/views/output/test_output_plot::test_a_softmax_regression_shows_the_weights_of_each_class",
        ),
        _row(
            "be told that it diverges or overshoots",
            "core/diagnose/test_curve_checks::test_a_learning_rate_of_100_diverges",
            "core/diagnose/test_curve_checks::test_a_learning_rate_that_is_too_large_leaves_behind_what_it_found",
        ),
        _row(
            "be told that it stands still or creeps",
            "core/diagnose/test_curve_checks::test_a_line_cannot_part_spirals_and_stands_still",
            "core/diagnose/test_curve_checks::test_a_tiny_learning_rate_creeps",
        ),
        _row(
            "be told that it learns by heart",
            "core/diagnose/test_curve_checks::test_few_noisy_samples_are_learned_by_heart",
        ),
        _row("be told of dead ReLUs", "core/diagnose/test_layer_checks::test_dead_relus_are_counted"),
        _row(
            "be told of saturation", "core/diagnose/test_layer_checks::test_tanh_on_large_sums_is_saturated"
        ),
        _row(
            "be told of vanishing and exploding gradients",
            "core/diagnose/test_layer_checks::test_deep_sigmoids_lose_their_gradient",
            "core/diagnose/test_layer_checks::test_huge_weights_make_gradients_explode",
        ),
        _row(
            "be told of unscaled inputs",
            "core/diagnose/test_doctor::test_wine_as_it_is_has_inputs_of_unlike_size",
        ),
        _row(
            "be told of unequal classes, and weigh them",
            "core/diagnose/test_doctor::test_unequal_classes_are_counted",
            "playground/views/training_bar/test_class_weights_popup::test_the_doctor_balances_unequal_classes",
            "playground/views/training_bar/test_class_weights_popup::test_balanced_is_chosen_while_it_trains_and_undone",
        ),
        _row(
            "fix a finding by one click that can be undone",
            "playground/plugins/doctor/test_doctor_card::test_a_mend_changes_the_document_and_can_be_undone",
            "playground/plugins/doctor/test_doctor_panel::test_the_window_tells_and_mends_unscaled_wine",
        ),
    ),
    "Craft": (
        _row(
            "do everything by keys that a sheet lists",
            "playground/commands/test_actions::test_every_key_triggers_its_action",
            "playground/commands/test_help_commands::test_the_help_lists_every_key",
        ),
        _row(
            "find any command by a few letters",
            "playground/commands/test_palette_commands::test_everything_is_listed",
            "playground/views/dialogs/command_palette/test_matching::test_the_likeliest_comes_first",
        ),
        _row(
            "move, hide and restore panels, also over a restart",
            "playground/window/panels/test_panels::test_panels_hide_and_come_back",
            "playground/window/panels/test_panels::test_a_window_opens_as_the_last_one_was_closed",
        ),
        _row(
            "learn from tooltips, and hear every control named",
            "playground/window/test_main_window::test_every_control_has_a_name_and_a_tooltip",
            "playground/views/training_bar/test_bar::test_every_control_says_what_it_does",
            "playground/views/canvas/test_card_text::test_cards_have_names_for_screen_readers",
            "playground/views/canvas/test_neuron_focus::test_a_screen_reader_hears_what_a_neuron_is",
        ),
        _row(
            "go through the whole window by Tab, in order",
            "playground/window/test_main_window::test_tab_goes_through_the_whole_window",
            "playground/views/canvas/test_network_canvas::test_tab_visits_the_cards_in_the_order_of_the_stack",
        ),
        _row(
            "build by keyboard alone",
            "playground/test_first_tasks::test_xor_is_built_and_learned_by_keys_alone",
            "playground/window/test_main_window::test_layers_are_edited_and_undone_by_keys",
            "playground/views/canvas/test_layer_palette::test_enter_appends_and_arrows_walk",
        ),
        _row(
            "have less motion",
            "playground/views/canvas/test_signal_animation::test_nothing_flows_with_reduced_motion",
            "playground/views/widgets/test_toast::test_toast_goes_by_itself",
        ),
        _row(
            "work from 1280 x 720 to 4K",
            "playground/window/panels/test_panels::test_nothing_is_cut_at_any_size",
            "playground/test_first_tasks::test_a_4k_screen_is_filled",
        ),
        _row(
            "work at scales of 1 and 2",
            "playground/views/theme/test_icons::test_icon_draws_at_both_ratios_and_follows_the_colour",
            "playground/views/canvas/test_layer_palette::test_the_picture_under_the_pointer_is_a_card",
        ),
        _row(
            "choose light or dark, or follow the system",
            "playground/window/test_main_window::test_the_theme_changes_everywhere",
            "playground/views/theme/test_theme::test_source_follows_the_system_only_in_system_mode",
            "playground/views/dialogs/test_dialogs_preferences::test_the_theme_changes_at_once",
        ),
        _row(
            "zoom and pan a canvas that fits itself",
            "playground/views/canvas/test_zoom::test_the_stack_fits_the_window_by_itself",
            "playground/views/canvas/test_zoom::test_the_wheel_with_ctrl_zooms_about_the_pointer",
            "playground/views/canvas/test_zoom::test_the_middle_button_pans",
        ),
        _row(
            "begin from a catalogue with pictures of data and presets",
            "playground/views/dialogs/catalogue/test_catalogue_entries::test_every_preset_every_dataset_and_every_lesson_is_there",
            "playground/views/dialogs/catalogue/test_catalogue_dialog::test_pictures_arrive_and_stay",
            "playground/views/dialogs/catalogue/test_catalogue_dialog::test_arrows_choose_and_a_double_click_opens",
        ),
        _row(
            "set preferences that last",
            "playground/views/dialogs/test_dialogs_preferences::test_switches_and_speed_hold_at_once",
            "playground/model/test_preferences::test_a_value_survives_a_restart",
        ),
    ),
}
