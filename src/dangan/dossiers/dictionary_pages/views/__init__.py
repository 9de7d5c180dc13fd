"""Views of the dictionary pages, a module a page family."""
