"""The effects of single cells on names, cheap enough for every keystroke."""
