"""Loans 借阅: register, reminders, return page by page."""
