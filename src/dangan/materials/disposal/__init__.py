"""Retention, holds, appraisal and destruction."""
