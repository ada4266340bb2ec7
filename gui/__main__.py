"""`python -m gui` is `realtime-gui`."""

from gui.app import main

if __name__ == "__main__":
    main()
