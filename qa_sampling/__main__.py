"""Run the command line with ``python -m qa_sampling``."""

from qa_sampling.cli import main

if __name__ == "__main__":
    main()
