"""The program in a bundle: `numpynet`, with workers that start from the same file."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a worker ends here
    from playground.cli import main

    sys.exit(main())
