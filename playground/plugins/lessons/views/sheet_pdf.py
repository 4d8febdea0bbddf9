"""A worksheet as PDF: pages of A4, with their numbers."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument

_MARGIN_MM = 13.0
_PX_PER_INCH, _DOTS_PER_INCH = 96, 1200
_FOOT_PX = 20


def sheet_pdf(page: str) -> bytes:
    """The PDF of a sheet of `core.lessons.worksheet`. Fonts need a QGuiApplication."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DOTS_PER_INCH)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(*[_MARGIN_MM] * 4), QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setMetaInformation(QTextDocument.MetaInformation.CssMedia, "print")
    # Of a screen's metrics letters would stand on whole pixels.
    document.setUseDesignMetrics(True)
    document.setDocumentMargin(0)
    document.setHtml(page)
    writer.setTitle(document.metaInformation(QTextDocument.MetaInformation.DocumentTitle))
    scale = _DOTS_PER_INCH / _PX_PER_INCH
    width, height = writer.width() / scale, writer.height() / scale - _FOOT_PX
    document.setPageSize(QSizeF(width, height))
    painter = QPainter(writer)
    font = document.defaultFont()
    font.setPixelSize(_FOOT_PX // 2)
    painter.setFont(font)
    painter.scale(scale, scale)
    count = document.pageCount()
    for number in range(count):
        if number:
            writer.newPage()
        painter.save()
        painter.translate(0, -number * height)
        document.drawContents(painter, QRectF(0, number * height, width, height))
        painter.restore()
        foot = QRectF(0, height, width, _FOOT_PX)
        painter.drawText(
            foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, f"page {number + 1} of {count}"
        )
    painter.end()
    return bytes(buffer.data().data())
