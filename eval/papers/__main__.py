"""`python -m eval.papers`."""

from eval.papers.cases import main

if __name__ == "__main__":
    main()
