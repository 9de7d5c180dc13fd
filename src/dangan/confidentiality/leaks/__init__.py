"""Leaks 泄密事件: reported at once, remedied, followed up."""
