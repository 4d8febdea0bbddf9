"""Pictures of panels as PNG, SVG and PDF files."""

from playground.views.pictures.picture import PICTURES, Picture
from playground.views.pictures.render import frame_image, picture_bytes, picture_image, picture_size

__all__ = ["PICTURES", "Picture", "frame_image", "picture_bytes", "picture_image", "picture_size"]
