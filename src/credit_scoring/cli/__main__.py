"""`python -m credit_scoring.cli`: the same as `credit-scoring`."""

from credit_scoring.cli import main

if __name__ == "__main__":
    main()
