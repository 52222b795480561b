"""What each cell does to names: cheap enough for every keystroke."""
