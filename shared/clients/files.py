"""Files in the data bucket: written and read in pieces, and handed to browsers by links that do not live long."""

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from shared.errors import Conflict, NotFound

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileHead:
    """What a file is without its content. `etag` changes with the content."""

    size: int
    etag: str


class FileTooLarge(Conflict):
    code = "file_too_large"


class Files:
    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, key: str, file: IO[bytes], content_type: str, disposition: str = "attachment") -> None:
        """Write a file from its beginning, over whatever is there."""
        file.seek(0)
        self._s3.put_object(
            Bucket=self._bucket, Key=key, Body=file, ContentType=content_type, ContentDisposition=disposition
        )

    def head(self, key: str) -> FileHead | None:
        """None when there is no such file."""
        try:
            found = self._s3.head_object(Bucket=self._bucket, Key=key)
        except self._s3.exceptions.ClientError as error:
            if _is_missing(error):
                return None
            raise
        return FileHead(found["ContentLength"], found["ETag"])

    def read_into(self, key: str, into: IO[bytes], *, first: int | None = None, at_most: int | None = None) -> FileHead:
        """Copy a file, or its `first` bytes, in pieces. Raises NotFound, and FileTooLarge for more than `at_most`."""
        more = {"Range": f"bytes=0-{first - 1}"} if first is not None else {}
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=key, **more)  # type: ignore[arg-type]
        except self._s3.exceptions.ClientError as error:
            if _is_missing(error):
                raise NotFound("the file is not there") from error
            raise
        if at_most is not None and found["ContentLength"] > at_most:
            raise FileTooLarge(f"the file has more than {at_most} bytes")
        for piece in found["Body"].iter_chunks(_PIECE):
            into.write(piece)
        return FileHead(found["ContentLength"], found["ETag"])

    def copy(self, source: str, key: str, *, etag: str, content_type: str, disposition: str) -> None:
        """Copy a file as it was when it had this etag. Raises Conflict when it has changed since."""
        try:
            self._s3.copy_object(
                Bucket=self._bucket,
                Key=key,
                CopySource={"Bucket": self._bucket, "Key": source},
                CopySourceIfMatch=etag,
                MetadataDirective="REPLACE",
                ContentType=content_type,
                ContentDisposition=disposition,
            )
        except self._s3.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 412:
                raise Conflict("the file was changed meanwhile; try again", code="upload_changed") from error
            raise

    def delete(self, key: str) -> None:
        """Nothing happens when it is not there."""
        self._s3.delete_object(Bucket=self._bucket, Key=key)

    def upload_url(self, key: str, seconds: int, *, content_type: str = "", size: int = 0) -> str:
        """Where a file may be PUT. A type and a size that are named are part of the signature: no other is taken."""
        bound = {name: value for name, value in (("ContentType", content_type), ("ContentLength", size)) if value}
        return self._s3.generate_presigned_url(
            "put_object", Params={"Bucket": self._bucket, "Key": key, **bound}, ExpiresIn=seconds
        )

    def link(self, key: str, content_type: str, *, disposition: str, seconds: int) -> str:
        """Where the file can be read, with these headers whatever is stored with it."""
        return self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentType": content_type,
                "ResponseContentDisposition": disposition,
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=seconds,
        )


def _is_missing(error: "ClientError") -> bool:
    # Without the right to list the bucket S3 says 403 for what is not there.
    return error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404)
