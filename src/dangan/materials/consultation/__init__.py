"""Consultation 查阅, copying 复制 and outward provision 对外提供."""
