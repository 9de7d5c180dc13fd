"""Avoidance 回避: nobody reads their own archive or a relative's."""
