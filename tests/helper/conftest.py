from __future__ import annotations

from tests.services.s3 import bucket, s3_service

__all__ = ["bucket", "s3_service"]  # fixtures
