"""What the system gives: menu entry, autostart, language, one instance."""
