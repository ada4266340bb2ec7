"""`python -m realtime` is `realtime-cli`."""

from realtime.cli.main import main

if __name__ == "__main__":
    main()
