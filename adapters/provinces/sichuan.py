"""Sichuan's system is one of Yinhai's (docs/protocols/yinhai-sichuan.md)."""

from adapters.provinces.yinhai import party

__all__ = ["party"]
