"""The CAM API 3.0, in the form that the official Tencent Cloud SDK and tccli expect."""
