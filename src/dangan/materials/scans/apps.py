from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ScansConfig(AppConfig):
    name = "dangan.materials.scans"
    label = "scans"

    def ready(self) -> None:
        from dangan.materials.catalogue import panels  # noqa: PLC0415 - needs loaded models
        from dangan.materials.scans import marks  # noqa: PLC0415
        from dangan.materials.scans.views import viewing  # noqa: PLC0415

        panels.register_mark(marks.marks)
        panels.register_pane("scans/parts/viewer.html", viewing.pane)
        panels.register_action(
            "upload",
            30,
            _("上传扫描件"),
            "upload",
            lambda volume: reverse("scans:upload", args=[volume.pk]),
            "archive.scan",
        )
        panels.register_action(
            "export-pdf",
            85,
            _("导出带书签的 PDF"),
            "file-type-pdf",
            lambda volume: reverse("scans:export_pdf", args=[volume.pk]),
            "archive.download",
        )
        panels.register_action(
            "export-copy",
            85,
            _("导出复制件（带编号水印）"),
            "copy",
            lambda volume: reverse("scans:export_copy", args=[volume.pk]),
            "archive.download",
        )
        panels.register_action(
            "export-tree",
            86,
            _("导出图像"),
            "file-zip",
            lambda volume: reverse("scans:export_tree", args=[volume.pk]),
            "archive.download",
        )
