"""What is seen: one folder per panel. A panel shows documents and snapshots, emits requests, and knows no other panel.

`theme/` has colours, icons and the stylesheet, `widgets/` what every panel is made of.
"""
