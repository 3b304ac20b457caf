"""Where segments and blobs lie: the store's folder, another folder, or a bucket of an S3 service.

This file imports nothing, so that what the training process takes from here stays cheap.
"""
