"""`python -m hearback_cli` is `hearback`."""

from hearback_cli.main import main

if __name__ == "__main__":
    main()
