"""The runs that are kept: what each was, in SQLite in the user's data folder. Without Qt."""
