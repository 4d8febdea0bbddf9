"""The timeline of a training: moments of its runs, in memory and on disk, to look back at and to branch from."""
