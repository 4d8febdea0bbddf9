"""The program in a bundle: `numpynet`, with workers that start from the same file."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a worker ends here
    # Modules in another language are compiled once; all others are compiled in the bundle already.
    sys.dont_write_bytecode = False
    from playground.cli import main

    sys.exit(main())
