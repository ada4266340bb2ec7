"""What menus open."""
