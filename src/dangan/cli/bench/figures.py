"""What is measured. Imports nothing heavy: the list is also shown in help and tests."""

from __future__ import annotations

from typing import NamedTuple

GROUPS = {
    "start": "从空库到可用",
    "audit": "日志的写入、核验、证明",
    "vault": "封存、密钥轮换",
    "files": "密封文件",
    "scans": "扫描件的收入和查看",
    "catalogue": "档案目录页",
    "loans": "借阅台账",
    "storeroom": "库房盘点",
    "import": "电子表格导入",
    "roster": "花名册、检索、统计",
    "workflow": "审批引擎和审批事项",
    "reading": "扫描件文字的识别和检索",
    "pages": "页面的服务器用时和 SQL 条数",
}
"""Groups in the order they run, each with what it measures."""


class Figure(NamedTuple):
    """One measured value; ``target`` and ``baseline`` None where there is none."""

    name: str
    value: float
    unit: str
    target: float | None = None
    baseline: float | None = None

    @property
    def more_is_better(self) -> bool:
        """Rates should be high, everything else low."""
        return self.unit.endswith("/s")

    @property
    def verdict(self) -> str:
        """达到, 未达到, or nothing where there is no target."""
        if self.target is None:
            return ""
        good = self.value >= self.target if self.more_is_better else self.value <= self.target
        return "达到" if good else "未达到"

    @property
    def ratio(self) -> str:
        """How many times better than the baseline of the same run."""
        if not self.baseline or not self.value or self.unit == "×":
            return ""
        better = self.value / self.baseline if self.more_is_better else self.baseline / self.value
        return f"{better:.1f}×"
